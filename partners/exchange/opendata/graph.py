"""All that the pages say to machines, as one file: JSON-LD 1.1 in schema.org's terms.

Each record is the node that its own page gives, under the same @id. The context is written into the
file, so that nobody has to fetch one: it says of our terms what schema.org's own context says.
"""

import json
from collections import defaultdict
from contextlib import AbstractContextManager

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from partners.models import Event, Party
from partners.reading import linked_data
from partners.reading.involvement import described, in_order, of_few, with_parties

#: Terms whose value is an address, and those whose value is a date (schema.org 30.0).
ADDRESSES = ("contentUrl", "logo", "mainEntityOfPage", "sameAs", "url")
DATES = ("dateModified", "dissolutionDate", "endDate", "foundingDate", "startDate")
CONTEXT = {
    "@vocab": "http://schema.org/",
    **{term: {"@type": "@id"} for term in ADDRESSES},
    **{term: {"@type": "Date"} for term in DATES},
}
#: What of an event its series says.
OF_EDITION = (
    "series", "title", "slug", "starts", "ends", "status", "venue", "city", "country",
)  # fmt: skip


class Graph(AbstractContextManager):
    """The JSON-LD document `path` (Path), open; one node is one line of it.

    `about` is what all files say first; `files` are {name: (type, description)} of all of them.
    """

    def __init__(self, path, about, files):
        self.file = path.open("w", encoding="utf-8")
        self.file.write(f'{{"@context": {json.dumps(CONTEXT)}, "@graph": [\n')
        self.file.write(_line(dataset(about, files)))

    def add(self, kind, records, at):
        """Write the nodes of `records`, loaded with their parts, which are of one Kind."""
        for node in NODES.get(kind.name, _none)(records, at):
            self.file.write(f",\n{_line(node)}")

    def __exit__(self, failed, *details):
        if not failed:
            self.file.write("\n]}\n")
        self.file.close()


def _line(node):
    return json.dumps(linked_data.known_of(node), ensure_ascii=False)


def dataset(about, files):
    """Dataset: the files together, with their licence (dict or None)."""
    page = f"{settings.SITE_URL}{reverse('partners:data')}"
    licence = about["licence"]
    return {
        "@type": "Dataset",
        "@id": f"{page}#dataset",
        "url": page,
        "name": about["title"],
        "dateModified": about["as_of"],
        "license": licence
        and {"@type": "CreativeWork", "@id": licence["url"], "name": licence["name"]},
        "distribution": [
            {
                "@type": "DataDownload",
                "@id": f"{page}{name}",
                "contentUrl": f"{page}{name}",
                "encodingFormat": kind,
                "description": description,
            }
            for name, (kind, description) in files.items()
        ],
    }


def _none(records, at):
    return ()


def _organisations(records, at):
    memberships = _memberships(records, at)
    for each in records:
        relations = described(each, [*each.shown_relations, *each.shown_inverse_relations], at)
        yield linked_data.of_organisation(
            each, at, each.shown_names, each.shown_identifiers, relations, memberships[each.pk]
        )


def _memberships(records, at):
    """{key: the memberships that the page of that organisation shows, in its order}."""
    rows = of_few(Party.objects.filter(organisation__in=records))
    rows = rows.filter(collaboration__kind__in=linked_data.MEMBERSHIPS)
    rows = list(rows.order_by().select_related("collaboration"))
    shown = {each.pk: each for each in with_parties({row.collaboration for row in rows}, at)}
    found = defaultdict(set)
    for row in rows:
        if row.collaboration_id in shown:
            found[row.organisation_id].add(shown[row.collaboration_id])
    return defaultdict(list, {key: in_order(some, at) for key, some in found.items()})


def _collaborations(records, at):
    return (linked_data.of_page(each, at, each.shown_parties) for each in records)


def _events(records, at):
    return (linked_data.of_event(each, at, each.shown_organisers) for each in records)


def _series(records, at):
    editions = _editions(records, at)
    return (
        linked_data.of_series(each, at, each.shown_organisers, editions[each.pk])
        for each in records
    )


def _editions(records, at):
    """{key: the live editions of that series: what is to come, then what is past}."""
    live, today = Event.objects.live(at).filter(series__in=records), timezone.localdate(at)
    found = defaultdict(list)
    for events in (live.upcoming(today), live.past(today)):
        for event in events.only(*OF_EDITION):
            found[event.series_id].append(event)
    return found


#: Name of a kind → the nodes (dicts) of some of its records, loaded with their parts.
NODES = {
    "organisations": _organisations,
    "collaborations": _collaborations,
    "events": _events,
    "series": _series,
}

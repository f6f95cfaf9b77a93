"""What is not public is nowhere: a word that stands in all of its texts is on no public page.

The sweep visits every address that the site has, follows every link, asks the search and the
directory for half of the word and for the word with a typing error, and must find the word once the
records are live.
"""

import datetime as dt
import io
import zipfile
from itertools import cycle, product
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from partners import urls
from partners.models import Organisation, PendingChange, PreviewLink, Topic, root_name
from partners.publishing import links, previews
from partners.rows import snapshots
from partners.sitemaps import SITEMAPS
from partners.values.languages import LanguageField
from tests import acts
from tests import factories as make
from tests.acts import Proposal
from tests.admin.records import ROOT_FACTORIES
from tests.views.reading import Reading

pytestmark = pytest.mark.any_database

WORD = "quixotaxis"
ASKED = [WORD[:5], WORD[:-1] + "z", "quixotaxsi"]
STATES = [{"draft": True}, {"scheduled": True}]


def marked(factory, **given):
    """A record with the word in each of its texts."""
    texts = {}
    for field in factory._meta.model._meta.concrete_fields:
        if isinstance(field, models.URLField):
            texts[field.name] = f"https://{WORD}.example/"
        elif isinstance(field, models.CharField | models.TextField) and not (
            field.choices or field.primary_key or isinstance(field, LanguageField)
        ):
            texts[field.name] = WORD
    return factory(**texts | given)


def furnish(**owner):
    marked(make.LinkFactory, **owner)
    make.CitationFactory(source=marked(make.SourceFactory, read_on=""), **owner)


@pytest.fixture
def build(society):
    """A function: the state of a record of each kind → live records, each tied to it every way."""

    def build(state):
        live = make.OrganisationFactory(slug="live-organisation")
        together = make.CollaborationFactory(slug="live-collaboration")
        event = make.EventFactory(slug="live-event")
        row = make.EventSeriesFactory(slug="live-series")

        organisation = marked(
            make.OrganisationFactory, kind="college", region="africa", **state,
            topics=[make.TopicFactory(name=WORD)], logo_permission="",
        )  # fmt: skip
        for factory in (make.OrganisationNameFactory, make.FigureFactory):
            marked(factory, organisation=organisation, **of_a_figure(factory))
        marked(make.IdentifierFactory, organisation=organisation, scheme="other")
        make.OrganisationRelationFactory(organisation=organisation, other=live)
        make.OrganisationRelationFactory(organisation=live, other=organisation)
        for each in (live, organisation):
            make.PartyFactory(collaboration=together, organisation=each)
        make.OrganiserFactory(event=event, organisation=organisation)
        make.OrganiserFactory(series=row, organisation=organisation)
        partners_page = make.PartnersPageFactory()
        section = make.SectionFactory(page=partners_page)
        for each in (live, organisation):
            make.SectionEntryFactory(section=section, organisation=each)
        furnish(organisation=organisation)

        collaboration = marked(make.CollaborationFactory, kind="membership", **state)
        marked(make.JointWorkFactory, collaboration=collaboration)
        for each in (live, society, organisation):
            make.PartyFactory(collaboration=collaboration, organisation=each)
        make.EventSeriesFactory(slug="series-of-it", collaboration=collaboration)
        furnish(collaboration=collaboration)

        series = marked(make.EventSeriesFactory, collaboration=together, **state)
        make.OrganiserFactory(series=series, organisation=live)
        make.EventFactory(slug="edition-of-it", series=series)
        furnish(series=series)

        congress = marked(make.EventFactory, series=row, held_at=event, **state)
        marked(make.EventFactory, slug=f"{WORD}-next", starts="2990-05-03", **state)
        make.OrganiserFactory(event=congress, organisation=live)
        make.EventFactory(slug="held-at-it", held_at=congress)
        furnish(event=congress)

        marked(make.PageFactory, key="about", **state)
        page = marked(make.PageFactory, slug=f"{WORD}-page", **state)
        marked(make.SectionFactory, page=page)
        furnish(page=page)

    return build


def of_a_figure(factory):
    if factory is make.FigureFactory:
        return {"source": marked(make.SourceFactory)}
    return {}


@pytest.fixture
def sweep(client):
    """A function: → {address: status} of all that links lead to, and those that have the word.

    It leaves out what is `known` from an earlier sweep.
    """

    def sweep(*more, known=()):
        asked = [f"{path}?q={typed}" for path in ("/search/", "/organisations/") for typed in ASKED]
        waiting = ["/", "/sitemap.xml", "/robots.txt", "/health/", *asked, *more]
        seen, having = {}, set()
        while waiting:
            address = waiting.pop()
            if address in seen or address in known:
                continue
            if "&" in address:  # one filter of the directory at a time
                continue
            response = client.get(address)
            body = readable(response)
            if response.status_code in (404, 410):  # may say what was asked for
                body = body.replace(address, "").replace(quote(address, safe=""), "")
            seen[address] = response.status_code
            if WORD in body.casefold():
                having.add(address)
            hrefs = [value for tag, name, value in Reading(body).attributes if name == "href"]
            inner = (urljoin(address, href) for href in hrefs if not urlsplit(href).scheme)
            waiting += [each.partition("#")[0] for each in inner if not each.startswith("/static/")]
        return seen, having

    return sweep


def readable(response):
    """The text of an answer; of all files in it if it is an archive."""
    if response["Content-Type"] != "application/zip":
        return response.getvalue().decode()
    with zipfile.ZipFile(io.BytesIO(response.getvalue())) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def every_address():
    """Each pattern of the public site, with the slug of each record and with forged tokens."""
    slugs = {
        slug for model in ROOT_FACTORIES for slug in model.objects.values_list("slug", flat=True)
    }
    given = {
        "section": [*SITEMAPS, WORD],
        "slug": [*slugs, WORD, *Topic.objects.values_list("pk", flat=True)],
        "token": ["forged", *map(links.token, PreviewLink.objects.all())],
    }
    for pattern in urls.urlpatterns:
        names = list(pattern.pattern.converters)
        assert set(names) <= given.keys(), f"Say what {pattern} is to be asked for."
        for values in product(*(given[name] for name in names)):
            yield reverse(f"partners:{pattern.name}", kwargs=dict(zip(names, values, strict=True)))


RECORDS = [
    "/collaborations/live-collaboration/",
    "/events/edition-of-it/",
    "/events/held-at-it/",
    "/events/live-event/",
    "/events/series/live-series/",
    "/events/series/series-of-it/",
    "/organisations/cirse/",
    "/organisations/live-organisation/",
]


def paths_of_records(seen):
    """Each record's page, which has a history beside it; calendars and feeds are no pages."""
    paths = {
        address
        for address in seen
        if address.endswith("/") and address.count("/") > 2 and not address.startswith("/api/")
    }
    histories = {path for path in paths if path.endswith("/history/")}
    records = paths - histories
    assert histories == {f"{path}history/" for path in records}
    return sorted(records)


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("state", STATES, ids=["draft", "scheduled"])
def test_draft_is_nowhere(build, sweep, state):
    build(state)
    seen, having = sweep()
    assert having == set()
    assert paths_of_records(seen) == RECORDS
    assert set(seen.values()) == {200}
    _, having = sweep(*every_address(), known=seen)
    assert having == set()


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("state", STATES, ids=["draft", "scheduled"])
def test_draft_of_the_partners_page_is_nowhere(sweep, state):
    page = marked(make.PartnersPageFactory, **state)
    marked(make.SectionFactory, page=page)
    _, having = sweep()
    assert having == set()


@pytest.mark.slow("sweep")
def test_sweep_finds_what_is_live(build, sweep):
    build({})
    _, having = sweep()
    assert set(RECORDS) < having
    assert {"/", "/glossary/", "/sitemap.xml", "/search/?q=quixo"} < having
    assert {f"/{kind}/{WORD}/" for kind in ("organisations", "collaborations", "events")} < having


@pytest.mark.slow("sweep")
def test_withdrawn_is_named_without_a_link(build, sweep, client):
    build({"withdrawn": True})
    seen, having = sweep()
    named_on = {
        address for address in having if "?" not in address and not address.endswith("/history/")
    }
    files = {"/data/partners.json", "/data/partners.csv.zip", "/data/partners.jsonld"}
    assert named_on == {*RECORDS, *files, "/collaborations/"} - {"/organisations/cirse/"}
    assert paths_of_records(seen) == RECORDS
    assert set(seen.values()) == {200}
    for path in (f"/organisations/{WORD}/", f"/events/series/{WORD}/", f"/pages/{WORD}-page/"):
        assert client.get(path).status_code == 410


TEXTS = {
    "name", "title", "acronym", "summary", "description", "body", "write_up", "venue", "city",
    "cadence", "usual_city", "seat_city", "region_note", "label", "measure",
}  # fmt: skip


def rewritten(rows):
    """The rows with the word in each of their texts."""
    return [
        row
        | {"fields": row["fields"] | dict.fromkeys(TEXTS & row["fields"].keys() - {"role"}, WORD)}
        for row in rows
    ]


@pytest.fixture
def propose(django_user_model):
    """propose(root, step) → a pending change that says the word wherever it can."""
    editor = django_user_model.objects.create_user("editor")

    def propose(root, step, **when):
        rows = snapshots.rows_of(root)
        said = rewritten(rows)
        said[0]["fields"]["slug"] = f"{WORD}-{root.pk}"
        proposal = Proposal(type(root), root.pk, rows, said, editor, WORD, **when)
        step(proposal, timezone.now())

    return propose


@pytest.fixture
def live_records(society):
    records = [make.PartnersPageFactory(), make.PageFactory(key="about")]
    for model, factory in ROOT_FACTORIES.items():
        record = factory()
        make.LinkFactory(**{root_name(model): record})
        records.append(record)
    make.FigureFactory(organisation=records[2])
    return records


def is_tomorrow():
    return {"when": timezone.now() + dt.timedelta(days=1)}


@pytest.mark.slow("sweep")
def test_pending_change_is_nowhere(live_records, propose, sweep):
    before, _ = sweep(*every_address())
    for step, when in [(acts.save_draft, {}), (acts.hand_in, {}), (acts.schedule, is_tomorrow())]:
        with transaction.atomic():
            for record in live_records:
                propose(record, step, **when)
            assert PendingChange.objects.count() == len(live_records)
            seen, having = sweep(*every_address())
            transaction.set_rollback(True)
        assert (step, having) == (step, set())
        assert (step, seen) == (step, before)


@pytest.mark.slow("sweep")
def test_change_that_is_published_is_found(live_records, propose, sweep):
    for record in live_records:
        propose(record, acts.publish)
    _, having = sweep(*every_address())
    for record in live_records:
        record.refresh_from_db()
        assert record.get_absolute_url() in having


@pytest.mark.slow("sweep")
def test_preview_is_shown_to_nobody_without_a_valid_link(live_records, propose, sweep, rf):
    request = rf.get("/")
    request.now, request.user = timezone.now(), User.objects.get()
    for record, end in zip(live_records, cycle(["expires_at", "revoked_at"]), strict=False):
        propose(record, acts.save_draft)
        link = previews.share(type(record), record.pk, request)
        PreviewLink.objects.filter(pk=link.pk).update(**{end: request.now})
    seen, having = sweep(*every_address())
    assert having == set()
    opened = [status for address, status in seen.items() if address.startswith("/preview/")]
    assert opened == [404] * (1 + len(live_records))


@pytest.mark.slow("sweep")
def test_texts_of_the_withdrawn_are_nowhere(live_records, propose, sweep):
    """Their names are; see above."""
    for record in live_records:
        propose(record, acts.publish)
        acts.withdraw(type(record).objects.get(pk=record.pk), None, timezone.now())
        title = "name" if hasattr(record, "name") else "title"
        type(record).objects.filter(pk=record.pk).update(**{title: "Withdrawn"})
    Organisation.objects.update(acronym="")
    _, having = sweep(*every_address())
    assert having == set()

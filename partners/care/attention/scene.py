"""What the rules look at: the live content, each table read once however many rules ask."""

import datetime as dt
from collections import Counter
from functools import cached_property

from django.db.models import F, Value
from django.utils import timezone

from partners.models import (
    ROOT_MODELS,
    ROOTS,
    Agreement,
    Answer,
    Citation,
    Collaboration,
    Event,
    EventSeries,
    Figure,
    Inquiry,
    JointWork,
    Link,
    LinkCheck,
    MistakeReport,
    Organisation,
    OrganisationRelation,
    Page,
    PendingChange,
    Section,
    Source,
    SourceCheck,
    Term,
    addresses_of,
)
from partners.models.base import union

MODELS = tuple(ROOT_MODELS.values())
#: What no rule looks at.
UNREAD = {
    Organisation: ("summary", "kind", "region_note", "founded_label", "logo_source", "is_home"),
    EventSeries: ("summary",),
    Event: (
        "summary", "venue", "country", "mode", "held_at", "series",
        "start_time", "end_time", "time_zone", "repeated_hour",
    ),
    Page: ("summary",),
}  # fmt: skip
#: Nor of any record: what is live is known, and moments take long to read.
NEVER_READ = ("published_at", "withdrawn_at")
#: Of which models rules read the row beside the record, and what they do not look at in it.
RECORDED = {Organisation, Collaboration}
RECORD_UNREAD = ("record__text", "record__version", "record__folding", "record__keeper")


class Scene:
    """The content as it is at `now` (aware datetime)."""

    def __init__(self, now):
        self.now, self.today = now, timezone.localdate(now)

    @cached_property
    def roots(self):
        """Model → its live records by key, with what is kept beside them that rules read."""
        return {model: {root.pk: root for root in self._live(model)} for model in MODELS}

    def of(self, model):
        """The live records of one model."""
        return self.roots[model].values()

    @property
    def all(self):
        return [root for model in MODELS for root in self.of(model)]

    @cached_property
    def figures(self):
        return self._owned(Figure.objects.select_related("verification"), "organisation")

    @cached_property
    def verified(self):
        """Model → what has a Verification: the live records, and their figures."""
        every = {model: self.of(model) for model in MODELS} | {Figure: self.figures}
        return {model: _verified(model, records) for model, records in every.items()}

    @cached_property
    def links(self):
        return self._owned(Link.objects.all())

    @cached_property
    def joint_works(self):
        return self._owned(JointWork.objects.all(), "collaboration")

    @cached_property
    def addresses(self):
        """Each Address that the public can come upon."""
        at_once = [*Source.objects.order_by("pk"), *Section.objects.order_by("pk")]
        records = (*self.all, *self.links, *self.joint_works, *at_once)
        return [address for record in records for address in addresses_of(record)]

    @cached_property
    def citations(self):
        """(record, path, basis) of each statement with a source: many rows, hence no models."""
        owners = [self.roots[Citation._meta.get_field(owner).related_model] for owner in ROOTS]
        rows = Citation.objects.order_by("pk").values_list("path", "basis", *ROOTS)
        return [
            (live[key], path, basis)
            for path, basis, *keys in rows
            for live, key in zip(owners, keys, strict=True)
            if key in live
        ]

    @cached_property
    def relations(self):
        relations = OrganisationRelation.objects.select_related("other")
        return list(relations.only("kind", "basis", "organisation", "other__name"))

    @cached_property
    def terms(self):
        return list(Term.objects.filter(is_to_be_verified=True))

    @cached_property
    def checks(self):
        """Address → the last check of it, where that did not find it good."""
        latest = LinkCheck.objects.latest_of_each().exclude(result=LinkCheck.Result.GOOD)
        return {check.url: check for check in latest.filter(is_false_alarm=False)}

    @cached_property
    def changed_sources(self):
        """[(Citation, the SourceCheck that tells what became of its source)] of live records."""
        alarms = {
            (each.url, each.quotation): each for each in SourceCheck.objects.current().alarms()
        }
        urls = {url for url, _ in alarms}
        cited = Citation.objects.filter(source__url__in=urls).select_related("source")
        keys = [
            (each, (each.source.url, words)) for each in self._owned(cited) for words in each.sought
        ]
        return [(citation, alarms[key]) for citation, key in keys if key in alarms]

    @cached_property
    def false_alarms(self):
        """Address → how often staff said that we are still right."""
        rows = SourceCheck.objects.filter(is_still_right=True).order_by()
        return Counter(rows.values_list("url", flat=True))

    @cached_property
    def pending(self):
        return list(PendingChange.objects.defer("base", "rows"))

    @cached_property
    def inquiries(self):
        """What partners were asked, and have neither answered nor let expire."""
        return list(Inquiry.objects.unanswered(self.now))

    @cached_property
    def answers(self):
        """What partners answered, and nobody dealt with."""
        undecided = Answer.objects.undecided().select_related("inquiry")
        return list(undecided.defer("base", "rows", "logo"))

    @cached_property
    def mistakes(self):
        return list(MistakeReport.objects.unanswered())

    @cached_property
    def agreements(self):
        """Collaboration's key → its Agreement."""
        return {each.collaboration_id: each for each in Agreement.objects.all()}

    def turning(self, days):
        """(model, key, what it is called, what happens, when) of all that changes by itself."""
        soon = (self.now, self.now + dt.timedelta(days=days))
        turns = [
            model.objects.order_by()
            .filter(**{f"{field}__gt": soon[0], f"{field}__lte": soon[1]})
            .values_list(
                Value(place),
                "pk",
                F(model.title_field),
                Value(what),
                field,
            )
            for place, model in enumerate(MODELS)
            for field, what in (("published_at", "appears"), ("withdrawn_at", "is withdrawn"))
        ]
        return [(MODELS[place], *rest) for place, *rest in sorted(union(turns))]

    def _live(self, model):
        live = model.objects.live(self.now).select_related("verification").order_by("pk")
        if model in RECORDED:
            live = live.select_related("record").defer(*RECORD_UNREAD)
        return live.defer(*UNREAD.get(model, ()), *NEVER_READ)

    def _owned(self, parts, *owners):
        """The parts whose record is live; each leads to the record that is read already."""
        live = {
            owner: self.roots[parts.model._meta.get_field(owner).related_model]
            for owner in owners or ROOTS
        }
        kept = []
        for part in parts.order_by("pk"):
            for owner, roots in live.items():
                if root := roots.get(getattr(part, f"{owner}_id")):
                    setattr(part, owner, root)
                    kept.append(part)
        return kept


def _verified(model, records):
    """Those with a Verification, which was read with them: to ask for one that is absent costs an
    exception each time."""
    read = model._meta.get_field("verification").get_cached_value
    return [each for each in records if read(each, default=None)]

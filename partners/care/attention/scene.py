"""What the rules look at: the live content, some records at a time, and what stands beside them."""

import datetime as dt
from collections import Counter, defaultdict
from functools import cached_property, reduce
from operator import or_
from urllib.parse import urlsplit

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import Resolver404, resolve
from django.utils import timezone

from partners.models import (
    ROOT_MODELS,
    ROOTS,
    Agreement,
    Answer,
    Citation,
    Collaboration,
    Figure,
    Inquiry,
    JointWork,
    Link,
    LinkCheck,
    MistakeReport,
    Organisation,
    OrganisationRelation,
    Part,
    PendingChange,
    Root,
    Section,
    Source,
    SourceCheck,
    Term,
    Verification,
    addresses_of,
)
from partners.models.addresses import address_fields
from partners.models.base import is_live, root_name, union
from partners.models.fields import WebAddressField
from partners.models.known import batches
from partners.models.sources import Basis
from partners.values.richtext import RichTextField

MODELS = tuple(ROOT_MODELS.values())
#: What no rule asks a record: what is live is known, and moments take long to read.
UNREAD = {"published_at", "withdrawn_at", "logo_width", "logo_height"}
#: So many rows are looked at at a time.
SLICE = 1000
#: Of a review that is due in so many days somebody is told.
SOON = dt.timedelta(days=30)
COLUMNS = [field.attname for field in Figure._meta.concrete_fields]


class Scene:
    """The content as it is at `now` (aware datetime), without the records that are many."""

    def __init__(self, now):
        self.now, self.today = now, timezone.localdate(now)

    def live(self, model, *conditions):
        """An iterator of the live records of a model that meet the conditions (Q), by their keys;
        they are read as they are asked for, and not kept."""
        live = model.objects.live(self.now).filter(*conditions).order_by("pk")
        unread = UNREAD.intersection(field.name for field in model._meta.concrete_fields)
        return live.defer(*unread).iterator(SLICE)

    def with_changes(self, *conditions):
        """Collaborations as `live` has them, with their Verification, and `changed_at`: since it is
        public, where nobody was seen to write it."""
        found = Collaboration.objects.live(self.now).filter(*conditions).order_by("pk")
        found = found.annotate(changed_at=Coalesce("record__changed_at", "published_at"))
        return found.select_related("verification").iterator(SLICE)

    def in_texts(self):
        """Each Address in a text that the public reads."""
        for model in HOLDING:
            linked = [Q(**{f"{name}__contains": "<a"}) for name in _names(model, RichTextField)]
            for record in self._public(model, linked):
                yield from (each for each in addresses_of(record) if each.is_in_text)

    def addresses(self, urls):
        """Each Address among `urls` (a container of str) that the public can come upon."""
        if urls:
            yield from (each for each in self.in_texts() if each.url in urls)
        for some in batches(urls):
            for model in HOLDING:
                named = [Q(**{f"{name}__in": some}) for name in _names(model, WebAddressField)]
                for record in self._public(model, named):
                    found = (each for each in addresses_of(record) if not each.is_in_text)
                    yield from (each for each in found if each.url in urls)

    def _public(self, model, conditions):
        """The records of a model that meet one of the conditions (Q), and that the public reads."""
        if not conditions:
            return ()
        if issubclass(model, Root):
            return self.live(model, reduce(or_, conditions))
        found = model.objects.filter(reduce(or_, conditions))
        return self.parts(found) if issubclass(model, Part) else found.order_by("pk")

    def parts(self, parts):
        """The parts in a queryset whose record is live, each with it."""
        owned = parts.select_related(*parts.model.owners).order_by("pk")
        return (each for each in owned.iterator(SLICE) if each.root.is_live(self.now))

    def labelled(self, says_nothing):
        """The parts whose label `says_nothing` (a function of it): others are not made."""
        for parts, label in ((Link.objects, "label"), (JointWork.objects, "title")):
            rows = parts.order_by("pk").values_list("pk", label)
            keys = [key for key, text in rows.iterator() if says_nothing(text)]
            for some in batches(keys):
                yield from self.parts(parts.filter(pk__in=some))

    def figures(self, condition):
        """Yield (date, days a review holds, name of its organisation, row) of each figure of a live
        one that meets the condition (Q): most are only counted, hence no models. `figure_of` makes
        one of the row."""
        figures = Figure.objects.filter(is_live(self.now, "organisation__"), condition)
        names = ("as_of", "review_days", "organisation__name", *COLUMNS)
        for as_of, days, name, *row in figures.order_by("pk").values_list(*names).iterator():
            yield as_of, days, name, row

    def stated(self, model, fields):
        """Yield, of some records of a model at a time: [(key, title, the values of `fields`)], and
        {key: the paths that are cited}. Most are only counted: hence no models."""
        live = model.objects.live(self.now).order_by("pk")
        rows, owner = live.values_list("pk", model.title_field, *fields), root_name(model)
        last = ""
        while some := list(rows.filter(pk__gt=last)[:SLICE]):
            first, last, cited = some[0][0], some[-1][0], defaultdict(set)
            # As the database orders keys; to name a thousand of them takes longer.
            paths = Citation.objects.filter(**{f"{owner}__gte": first, f"{owner}__lte": last})
            for key, path in paths.values_list(owner, "path").order_by():
                cited[key].add(path)
            yield some, cited

    @cached_property
    def reviews(self):
        """[(record, figure of it or "", when it is to be verified again)] of what is overdue, or
        due within SOON days."""
        found = []
        for model in MODELS:
            for key, due, title, _ in self._due(model, root_name(model), "", model.title_field):
                found.append((model(pk=key, **{model.title_field: title}), "", due))
        due = {key: day for key, day, _ in self._due(Figure, "figure", "organisation__")}
        figures = Figure.objects.select_related("organisation").order_by("pk")
        some = [each for keys in batches(due) for each in figures.filter(pk__in=keys)]
        return found + [(each.organisation, each, due[each.pk]) for each in some]

    def _due(self, model, owner, root, *names):
        """Yield (key, day, *values of `names`, days a review holds) of what has a Verification."""
        live = Verification.objects.filter(is_live(self.now, f"{owner}__{root}")).order_by(owner)
        named = [f"{owner}__{name}" for name in (*names, "review_days")]
        for key, at, *values in live.values_list(owner, "verified_at", *named).iterator():
            due = timezone.localdate(at) + model.holds_for(values[-1])
            if due <= self.today + SOON:
                yield key, due, *values

    @cached_property
    def figures_without_source(self):
        """Those of live organisations that name no source and are not cited."""
        live = Figure.objects.filter(is_live(self.now, "organisation__"), source=None)
        cited = Citation.objects.filter(path__startswith="figures/", path__endswith="/value")
        paths = set(cited.values_list("organisation", "path").order_by())
        return [
            figure
            for figure in live.select_related("organisation").order_by("pk")
            if (figure.organisation_id, f"figures/{figure.pk}/value") not in paths
        ]

    @cached_property
    def inferred(self):
        """(record, path) of each statement of a live record that its source does not make."""
        cited = Citation.objects.filter(basis=Basis.INFERRED).select_related(*ROOTS).order_by("pk")
        return [(each.root, each.path) for each in cited if each.root.is_live(self.now)]

    def profiles(self):
        """Yield (key, name, website, names that it is found by, logo) of live organisations."""
        live = Organisation.objects.live(self.now).order_by("pk")
        rows = live.values_list("pk", "name", "website", "record__names", "logo")
        return rows.iterator()

    @cached_property
    def names(self):
        """Key → name of each live organisation."""
        return dict(Organisation.objects.live(self.now).values_list("pk", "name"))

    @cached_property
    def unverified(self):
        """Model → how many live records, or figures of some, were never verified."""
        live = {model: model.objects.live(self.now) for model in MODELS}
        live[Figure] = Figure.objects.filter(is_live(self.now, "organisation__"))
        return {model: records.filter(verification=None).count() for model, records in live.items()}

    @cached_property
    def relations(self):
        relations = OrganisationRelation.objects.select_related("other")
        return list(relations.only("kind", "basis", "organisation", "other__name"))

    @cached_property
    def agreements(self):
        """Collaboration's key → its Agreement."""
        return {each.collaboration_id: each for each in Agreement.objects.all()}

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
        cited = Citation.objects.filter(source__url__in=urls).select_related("source", *ROOTS)
        keys = [
            (each, (each.source.url, words))
            for each in (cited.order_by("pk") if urls else ())
            for words in each.sought
            if each.root.is_live(self.now)
        ]
        return [(citation, alarms[key]) for citation, key in keys if key in alarms]

    @cached_property
    def cited_figures(self):
        """Key (str) → the figure that a changed source is cited for."""
        paths = (citation.path.split("/") for citation, _ in self.changed_sources)
        keys = [path[1] for path in paths if path[0] == "figures" and len(path) > 1]
        return {str(each.pk): each for each in Figure.objects.filter(pk__in=keys)} if keys else {}

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
    def mistaken(self):
        """(model, slug) → the live record on whose page somebody reports a mistake."""
        slugs = defaultdict(set)
        for model, slug in filter(None, (record_at(each.page) for each in self.mistakes)):
            slugs[model].add(slug)
        return {
            (model, each.slug): each
            for model, some in slugs.items()
            for each in model.objects.live(self.now).filter(slug__in=some)
        }

    def turning(self, days):
        """(model, key, what it is called, what happens, when) of all that changes by itself."""
        soon = (self.now, self.now + dt.timedelta(days=days))
        turns = [
            model.objects.order_by()
            .filter(**{f"{field}__gt": soon[0], f"{field}__lte": soon[1]})
            .values_list(Value(place), "pk", F(model.title_field), Value(what), field)
            for place, model in enumerate(MODELS)
            for field, what in (("published_at", "appears"), ("withdrawn_at", "is withdrawn"))
        ]
        return [(MODELS[place], *rest) for place, *rest in sorted(union(turns))]


#: What holds addresses of which somebody may be told.
HOLDING = (*MODELS, Link, JointWork, Source, Section)


def _names(model, kind):
    """The names of the fields of that kind which may hold addresses."""
    return [each.name for each in address_fields(model) if isinstance(each, kind)]


def figure_of(row):
    """The Figure of a row of COLUMNS."""
    return Figure.from_db(None, COLUMNS, row)


def record_at(page):
    """(model, slug) of the record whose page the address (str) is; None for any other."""
    try:
        match = resolve(urlsplit(page).path)
    except (Resolver404, ValueError):
        return None
    model, slug = ROOT_MODELS.get(match.url_name.partition("-")[0]), match.kwargs.get("slug")
    return (model, slug) if model and slug else None

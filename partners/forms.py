"""What visitors may ask of the lists, checked before any query is made of it."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Value
from django.utils import timezone

from partners.models import Collaboration, Event, EventSeries, Organisation, Topic
from partners.search import Search


class SearchForm(forms.Form):
    """One box."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": "The search text is longer than 200 characters. Shorten it."},
    )


@dataclass
class Facet:
    """One way to narrow the directory: a parameter, and the column that it compares."""

    name: str
    title: str
    column: str
    choices: list
    #: What else must hold of the rows that `column` is read from.
    guard: dict = field(default_factory=dict)


class DirectoryForm(SearchForm):
    """The directory's search box and facets, all of them optional."""

    def __init__(self, data, at):
        super().__init__(data)
        self.partners = Organisation.objects.live(at).partners()
        self.facets = _facets(at)
        for facet in self.facets:
            self.fields[facet.name] = forms.ChoiceField(required=False, choices=facet.choices)
            self.fields[facet.name].error_messages["invalid_choice"] = (
                f"“%(value)s” is no {facet.title.lower()} that the list can be narrowed to."
            )

    def clean(self):
        self.search = Search(self.cleaned_data.get("q", ""))

    @property
    def chosen(self):
        """The filters in force, by parameter name."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def query_string(self):
        """The filters in force, ready for a further parameter: "kind=society&" or ""."""
        return f"{urlencode(self.chosen)}&" if self.chosen else ""

    def results(self):
        """The live partners that match: the best first, or by name where nothing is searched."""
        narrowed = self._narrowed()
        return self.search.ranked(narrowed)[0] if self.cleaned_data["q"] else narrowed

    def nearest(self):
        """Partners with names like what was searched, whatever the filters."""
        return self.search.nearest(self.partners)

    def facet_groups(self):
        """Title and options of each facet; ask after `results`, which settles the search."""
        counts = self._counts()
        groups = ((facet.title, list(self._options(facet, counts))) for facet in self.facets)
        return [{"title": title, "options": options} for title, options in groups if options]

    def chips(self):
        """What is in force, in words, each with the query string of the list without it."""
        labels = {facet.name: dict(facet.choices) for facet in self.facets}
        return [
            {
                "label": f"“{value}”" if name == "q" else labels[name][value],
                "query": self._query(name, ""),
            }
            for name, value in self.chosen.items()
        ]

    def _narrowed(self, apart_from=None):
        partners = self.partners
        for facet in self.facets:
            value = self.cleaned_data[facet.name]
            if value and facet is not apart_from:
                having = Organisation.objects.filter(**{facet.column: value}, **facet.guard)
                partners = partners.filter(pk__in=having.values("pk"))
        return partners

    def _counts(self):
        """(facet's name, value) → how many it would find, the other facets being in force."""
        first, *others = map(self._counted, self.facets)
        return {(name, value): count for name, value, count in first.union(*others, all=True)}

    def _counted(self, facet):
        matching = self._narrowed(apart_from=facet)
        if self.cleaned_data["q"]:
            matching = self.search.matching(matching)
        named = matching.filter(**facet.guard).order_by().annotate(facet=Value(facet.name))
        return named.values_list("facet", facet.column).annotate(Count("pk", distinct=True))

    def _options(self, facet, counts):
        chosen = self.cleaned_data[facet.name]
        for value, label in facet.choices:
            count = counts.get((facet.name, value), 0)
            if count or value == chosen:
                yield {
                    "label": label,
                    "count": count,
                    "is_chosen": value == chosen,
                    "query": self._query(facet.name, "" if value == chosen else value),
                }

    def _query(self, name, value):
        return urlencode({key: text for key, text in (self.chosen | {name: value}).items() if text})


def _facets(at):
    live = Collaboration.objects.live(at)
    return [
        Facet("kind", "Kind of organisation", "kind", Organisation.Kind.choices),
        Facet("region", "Region of activity", "region", Organisation.Region.choices),
        Facet("topic", "Topic", "topics", list(Topic.objects.values_list("pk", "name"))),
        Facet(
            "collaboration",
            "Kind of collaboration",
            "parties__collaboration__kind",
            Collaboration.Kind.choices,
            guard={"parties__collaboration__in": live},
        ),
    ]


class OrganisationForm(DirectoryForm):
    """The directory's questions, asked of all live organisations, the society among them."""

    def __init__(self, data, at):
        super().__init__(data, at)
        self.partners = Organisation.objects.live(at)
        in_use = TopicForm(data, at).results().values_list("pk", "name")
        self.fields["topic"].choices = list(in_use)


class ListForm(forms.Form):
    """What the list of a kind may be narrowed by at `at` (aware datetime); all of it optional."""

    def __init__(self, data, at):
        super().__init__(data)
        self.at, self.today = at, timezone.localdate(at)

    @property
    def query_string(self):
        """The filters in force, ready for a further parameter: "when=past&" or ""."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return f"{urlencode(chosen)}&" if chosen else ""


def optional_choice(choices, what):
    """A ChoiceField; `what` says in the sentence for nonsense what the value should have been."""
    invalid = f"“%(value)s” is no {what} that the list can be narrowed to."
    return forms.ChoiceField(
        required=False, choices=choices, error_messages={"invalid_choice": invalid}
    )


class CollaborationForm(ListForm):
    state = optional_choice([("ongoing", "not ended"), ("ended", "ended")], "state")
    kind = optional_choice(Collaboration.Kind.choices, "kind of collaboration")

    def results(self):
        """Live collaborations: what goes on, or is to begin, first."""
        live = Collaboration.objects.live(self.at)
        among = {"ongoing": live.not_ended, "ended": live.ended}.get(self.cleaned_data["state"])
        found = among(self.today) if among else live
        kind = self.cleaned_data["kind"]
        found = found.filter(kind=kind) if kind else found
        return found.with_is_over(self.today).order_by("is_over", "title", "pk")


class EventForm(ListForm):
    when = optional_choice([("upcoming", "Upcoming"), ("past", "Past")], "part of the calendar")

    def results(self):
        """Live events: the next ones first, or the latest of the past, or of all."""
        live = Event.objects.live(self.at)
        among = {"upcoming": live.upcoming, "past": live.past}.get(self.cleaned_data["when"])
        return among(self.today) if among else live.order_by("-starts", "pk")


class SeriesForm(ListForm):
    def results(self):
        return EventSeries.objects.live(self.at).order_by("title", "pk")


class TopicForm(ListForm):
    def results(self):
        """Topics that some organisation with a page has."""
        live = Organisation.objects.live(self.at)
        return Topic.objects.filter(organisations__in=live).distinct().order_by("name", "pk")

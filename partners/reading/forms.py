"""What visitors may ask of the lists, checked before any query is made of it."""

from urllib.parse import urlencode

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property

from partners.models import Collaboration, Event, EventSeries, Organisation, Topic
from partners.reading import facets
from partners.reading.facets import FACETS
from partners.reading.search import Search


class SearchForm(forms.Form):
    """One box."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": "The search text is longer than 200 characters. Shorten it."},
    )


def optional_choice(choices, what):
    """A ChoiceField; `what` says in the sentence for nonsense what the value should have been."""
    invalid = f"“%(value)s” is no {what} that the list can be narrowed to."
    return forms.ChoiceField(
        required=False, choices=choices, error_messages={"invalid_choice": invalid}
    )


class DirectoryForm(SearchForm):
    """The directory's search box and facets, all of them optional."""

    parameters = ("q", *(facet.name for facet in FACETS))

    def __init__(self, data, at):
        super().__init__(data)
        self.at, self.partners = at, Organisation.objects.live(at).partners()
        choices = facets.choices(at)
        for facet in FACETS:
            self.fields[facet.name] = optional_choice(choices[facet.name], facet.title.lower())

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
        conditions = [
            facet.condition(self.chosen_facets[facet.name], self.at)
            for facet in FACETS
            if facet.name in self.chosen_facets
        ]
        narrowed = self.partners.filter(*conditions)
        return self.search.ranked(narrowed)[0] if self.cleaned_data["q"] else narrowed

    @property
    def count(self):
        """How many `results` there are (int); ask after them, since they settle the search."""
        return self.census.narrowed(self.chosen_facets, self.found).bit_count()

    @cached_property
    def census(self):
        return facets.census(self.at)

    @cached_property
    def found(self):
        """The bits of the partners that the search finds, whatever the facets; None: no search."""
        if not self.cleaned_data["q"]:
            return None
        return self.census.row(self.search.matching(self.partners).values_list("pk", flat=True))

    @property
    def chosen_facets(self):
        return {
            facet.name: self.chosen[facet.name] for facet in FACETS if facet.name in self.chosen
        }

    def nearest(self):
        """Partners with names like what was searched, whatever the filters."""
        return self.search.nearest(self.partners)

    def facet_groups(self):
        """Title and options of each facet; ask after `results`, which settle the search."""
        groups = (
            (facet.title, list(self._options(facet))) for facet in FACETS if facet.name != "letter"
        )
        return [{"title": title, "options": options} for title, options in groups if options]

    def letters(self):
        """The options of the alphabet, in its order; ask after `results`."""
        return list(self._options(next(facet for facet in FACETS if facet.name == "letter")))

    def chips(self):
        """What is in force, in words, each with the query string of the list without it."""
        return [
            {"label": self._label(name, value), "query": self._query(name, "")}
            for name, value in self.chosen.items()
        ]

    def _label(self, name, value):
        if name == "q":
            return f"“{value}”"
        label = dict(self.fields[name].choices)[value]
        return f"First letter {label}" if name == "letter" else label

    def _options(self, facet):
        """Each choice with the number of partners that it would leave, the others in force."""
        others = {name: value for name, value in self.chosen_facets.items() if name != facet.name}
        row, chosen = self.census.narrowed(others, self.found), self.cleaned_data[facet.name]
        for value, label in self.fields[facet.name].choices:
            count = self.census.narrowed({facet.name: value}, row).bit_count()
            if count or value == chosen:
                yield {
                    "label": label,
                    "count": count,
                    "is_chosen": value == chosen,
                    "query": self._query(facet.name, "" if value == chosen else value),
                }

    def _query(self, name, value):
        return urlencode({key: text for key, text in (self.chosen | {name: value}).items() if text})


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

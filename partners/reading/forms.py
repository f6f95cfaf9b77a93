"""What visitors may ask of the lists, checked before any query is made of it."""

from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone

from partners.models import Collaboration, Event, EventSeries, Organisation, Topic
from partners.reading import facets
from partners.reading.directory import Directory
from partners.reading.facets import FACETS
from partners.rows import freshness


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
    #: Whether the society whose site it is may be found as well.
    with_home = False

    def __init__(self, data, at):
        super().__init__(data)
        self.at = at
        choices = facets.choices(at)
        for facet in FACETS:
            self.fields[facet.name] = optional_choice(choices[facet.name], facet.title.lower())

    @property
    def chosen(self):
        """The filters in force, by parameter name."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def query_string(self):
        """The filters in force, ready for a further parameter: "kind=society&" or ""."""
        return f"{urlencode(self.chosen)}&" if self.chosen else ""

    def answer(self):
        """What the directory has for a valid question (Directory)."""
        choices = {facet.name: self.fields[facet.name].choices for facet in FACETS}
        return Directory(self.chosen, choices, self.at, self.with_home)

    def results(self):
        """The organisations that match: the best first, or by name where nothing is searched."""
        return self.answer().results


class OrganisationForm(DirectoryForm):
    """The directory's questions, asked of all live organisations, the society among them."""

    with_home = True

    def __init__(self, data, at):
        super().__init__(data, at)
        self.fields["topic"].choices = _topics_in_use(at)


@freshness.remembered
def _topics_in_use(at):
    """The choices of the topic of some organisation with a page at `at` (aware datetime)."""
    return list(TopicForm({}, at).results().values_list("pk", "name"))


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
        having = Organisation.objects.live(self.at).filter(topics=OuterRef("pk"))
        return Topic.objects.filter(Exists(having)).order_by("name", "pk")

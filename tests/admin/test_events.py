"""Events: the next edition is one click away."""

import datetime as dt
import html

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from partners.models import Event
from tests import factories as make
from tests.admin.browser_form import address, errors

pytestmark = pytest.mark.django_db


def button(event):
    return reverse("admin:partners_event_next_edition", args=[event.pk])


def click(client, event):
    """Click "Create the next edition"; returns the edition that is made."""
    before = set(Event.objects.values_list("pk", flat=True))
    response = client.post(button(event))
    (edition,) = Event.objects.exclude(pk__in=before)
    assert (response.status_code, response["Location"]) == (302, address(edition))
    return edition


@pytest.fixture
def event():
    """An edition whose organisers are not those of its series."""
    series = make.EventSeriesFactory(slug="congress")
    for position, role in enumerate(["organiser", "host"]):
        make.OrganiserFactory(series=series, role=role, position=position)
    event = make.EventFactory(
        title="Congress 2018",
        slug="congress-2018",
        series=series,
        starts="2018-05-03",
        ends="2018-05-05",
        city="Vienna",
        summary="The 2018 edition.",
    )
    make.OrganiserFactory(event=event)
    return event


def organisers(root):
    return list(root.organisers.values_list("organisation", "role", "position"))


def test_next_edition_is_a_draft_with_the_organisers_of_the_series(editor, client, event):
    page = editor.get(address(event)).content.decode()
    form = page.partition(f'action="{button(event)}"')[2].partition("</form>")[0]
    assert "csrfmiddlewaretoken" in form
    assert "Create the next edition" in form
    edition = click(editor, event)
    assert (edition.title, edition.slug, str(edition.starts)) == (
        "Congress 2019",
        "congress-2019",
        "2019",
    )
    assert (edition.series, edition.city, edition.summary, edition.ends) == (
        event.series,
        "",
        "",
        "",
    )
    assert edition.published_at is None
    assert client.get(edition.get_absolute_url()).status_code == 404
    assert organisers(edition) == organisers(event.series)
    assert organisers(edition) != organisers(event)


def test_next_edition_is_one_version_and_stands_in_the_history(editor, event):
    edition = click(editor, event)
    assert edition.record.version == 1
    entry = LogEntry.objects.get()
    assert (entry.get_edited_object(), entry.user.username) == (edition, "editor")
    assert entry.get_change_message() == "Created as the next edition."


def test_editor_is_told_what_to_correct_and_can_save_it(editor, open_form, event):
    edition = click(editor, event)
    response = editor.get(address(edition))
    said = html.unescape(response.content.decode())
    assert "This is the draft of the next edition. Only its year is filled in" in said
    open_form(editor, edition).save(starts="7 June 2019", city="Graz")
    edition.refresh_from_db()
    assert (str(edition.starts), edition.city) == ("2019-06-07", "Graz")


def test_next_edition_is_found_at_the_second_press(editor, event):
    edition = click(editor, event)
    response = editor.post(button(event), follow=True)
    assert response.redirect_chain == [(address(edition), 302)]
    said = [str(message) for message in response.context["messages"]]
    assert "The next edition is here already: this one." in said
    assert Event.objects.count() == 2
    assert LogEntry.objects.count() == 1


def test_next_edition_after_the_next(editor, event):
    assert click(editor, click(editor, event)).title == "Congress 2020"


def test_editor_is_told_that_no_year_follows(editor):
    event = make.EventFactory(key="a_b", starts="9999")
    response = editor.post(button(event), follow=True)
    assert response.redirect_chain == [(address(event), 302)]
    said = [str(message) for message in response.context["messages"]]
    assert said == ["No year follows 9999. Correct when this event starts."]
    assert Event.objects.get() == event


def test_next_edition_of_a_postponed_event_is_for_next_year(editor):
    year = timezone.localdate().year + 1
    edition = click(editor, make.EventFactory(title="Summit", slug="summit", postponed=True))
    assert (edition.title, str(edition.starts)) == (f"Summit {year}", str(year))
    assert edition.status == Event.Status.SCHEDULED


def test_next_edition_of_a_single_event_keeps_its_organisers(editor):
    event = make.EventFactory()
    make.OrganiserFactory(event=event)
    edition = click(editor, event)
    assert edition.series is None
    assert organisers(edition) == organisers(event)


def test_next_edition_of_an_event_with_a_long_title(editor):
    event = make.EventFactory(title="Long " * 40, slug="long-" * 23 + "x")
    assert click(editor, event).title.endswith(" 2019")


def test_next_edition_of_an_event_whose_key_the_admin_writes_otherwise(editor):
    event = make.EventFactory(key="a_b")
    page = editor.get(address(event)).content.decode()
    assert f'action="{button(event)}"' in page
    click(editor, event)


@pytest.mark.parametrize(
    ("who", "method", "status"),
    [
        ("editor", "get", 405),
        ("publisher", "get", 405),
        ("reader", "post", 403),
        ("outsider", "post", 302),
        ("anonymous", "post", 302),
    ],
)
def test_next_edition_is_for_those_who_may_add_events(client_of, event, who, method, status):
    response = getattr(client_of(who), method)(button(event))
    assert response.status_code == status
    assert Event.objects.get() == event


def test_next_edition_of_nothing_is_not_found(editor):
    url = reverse("admin:partners_event_next_edition", args=["no-such-key"])
    assert editor.post(url).status_code == 404


def test_button_is_not_shown_before_there_is_an_event(editor):
    assert "Create the next edition" not in editor.get(address(Event)).content.decode()


def test_editor_adds_an_event_with_a_time(editor, open_form):
    form = open_form(editor, Event).fill(
        title="Meeting",
        slug="meeting",
        starts="3 May 2018",
        start_time="09:30",
        end_time="11:00",
        time_zone="Europe/Vienna",
        country="AT",
    )
    form.row("organisers", organisation=make.OrganisationFactory().pk, role="host")
    form.save()
    event = Event.objects.get()
    assert (event.start_time, event.end_time) == (dt.time(9, 30), dt.time(11))
    assert event.organisers.get().role == "host"
    assert event.record.version == 1


def test_editor_says_which_of_two_hours_is_meant(editor, open_form):
    event = make.EventFactory(starts="2027-10-31", draft=True)
    form = open_form(editor, event)
    said = errors(form.send(start_time="02:30", time_zone="Europe/Vienna"))
    assert said["start_time"][0].startswith("02:30 comes twice on 31 October 2027")
    open_form(editor, event).save(
        start_time="02:30", time_zone="Europe/Vienna", repeated_hour="second"
    )
    event.refresh_from_db()
    assert event.starts_at.isoformat() == "2027-10-31T02:30:00+01:00"


def test_editor_is_told_of_an_hour_that_the_clocks_skip(editor, open_form):
    event = make.EventFactory(starts="2027-03-28", draft=True)
    said = errors(open_form(editor, event).send(start_time="02:30", time_zone="Europe/Vienna"))
    assert said["start_time"][0].startswith("02:30 does not exist on 28 March 2027")


@pytest.mark.parametrize("zone", ["localtime", "Factory"])
def test_editor_is_told_of_a_zone_that_is_none(editor, open_form, zone):
    event = make.EventFactory(starts="2027-05-03", draft=True)
    said = errors(open_form(editor, event).send(start_time="09:30", time_zone=zone))
    assert said["time_zone"] == [
        f"“{zone}” is not the name of a time zone. Write it as “Europe/Vienna”."
    ]

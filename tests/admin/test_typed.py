"""What was typed is shown again: each mistake named, files kept, rows added, log-outs explained."""

import datetime as dt

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from partners.admin import kept
from partners.admin.kept import DAYS
from partners.models import Figure, Organisation, SentSheet
from tests import factories as make
from tests.admin.browser_form import BrowserForm, address, errors, read
from tests.admin.test_logo import picture
from tests.admin.test_publication import text

pytestmark = pytest.mark.django_db


def named(response):
    """[(place, where, sentence)] of the summary of mistakes."""
    return [tuple(each) for each in response.context["mistakes"]]


def test_mistakes_are_named_with_their_row_and_lead_to_their_field(publisher, open_form):
    organisation = make.OrganisationFactory()
    make.FigureFactory(organisation=organisation)
    form = open_form(publisher, organisation)
    form.row("figures", measure="members", value="")
    response = form.send("_schedule", founded="nonsense", publish_at_0="3 May")
    assert [(place, where) for place, where, _ in named(response)] == [
        ("id_founded", "Founded"),
        ("id_publish_at_0", "Publish on"),
        ("id_figures-1-value", "Value, figure 2"),
    ]
    page = text(response)
    assert 'tabindex="-1" autofocus' in page
    for place, _, sentence in named(response):
        assert f'id="{place}"' in page
        assert sentence in page


def test_first_field_of_a_new_record_has_the_focus(publisher, open_form):
    assert open_form(publisher, Organisation).page.count("autofocus") == 1
    assert "autofocus" not in open_form(publisher, make.OrganisationFactory()).page


def test_what_says_nothing_of_a_new_record_is_not_asked(publisher, open_form):
    asked = open_form(publisher, Organisation).fields.keys()
    there = open_form(publisher, make.OrganisationFactory()).fields.keys()
    assert there - asked >= {"renaming", "renamed_on"}


def test_row_is_added_without_scripts(publisher, open_form):
    organisation = make.OrganisationFactory()
    form = open_form(publisher, organisation)
    response = form.send("_more", _more_of="figures", summary="Typed.")
    page = text(response)
    assert 'name="figures-0-value"' in page
    assert 'value="Typed."' in page
    assert named(response) == []
    assert Organisation.objects.get().summary != "Typed."


@pytest.mark.parametrize(("day", "time"), [("3 May 2027", "9:00"), ("2027-05-03", "9.00 Uhr")])
def test_schedule_is_written_in_the_words_of_people(publisher, open_form, day, time):
    organisation = make.OrganisationFactory(draft=True)
    open_form(publisher, organisation).save("_schedule", publish_at_0=day, publish_at_1=time)
    organisation.refresh_from_db()
    assert timezone.localtime(organisation.published_at).isoformat()[:16] == "2027-05-03T09:00"


def test_half_a_moment_is_refused_with_what_is_missing(publisher, open_form):
    form = open_form(publisher, make.OrganisationFactory(draft=True))
    assert errors(form.send("_schedule", publish_at_0="3 May 2027")) == {
        "publish_at": ["Write the time as well, such as 9:00."]
    }


def test_logo_survives_any_number_of_refused_forms(publisher, open_form):
    form = open_form(publisher, make.OrganisationFactory())
    response = form.send("_publish", logo=picture(), logo_alt="Logo", founded="nonsense")
    for _ in range(2):
        kept = response.context["adminform"].form["logo"].field.widget.kept
        assert "“logo.png” is kept" in text(response)
        sent = {"logo": None, "logo-kept": str(kept.pk)}
        response = form.send("_publish", **sent)
        assert errors(response).keys() == {"founded"}
    again = form.send("_again", **sent)
    assert f'name="logo-kept" value="{kept.pk}"' in text(again)
    form.save("_publish", founded="2016")
    assert Organisation.objects.get().logo_width == 400


def test_logo_is_kept_as_soon_as_it_is_chosen_and_for_who_sent_it_alone(
    publisher, editor, open_form
):
    kept = publisher.post("/admin/partners/organisation/keep/", {"file": picture()}).json()["key"]
    organisation = make.OrganisationFactory()
    form = open_form(editor, organisation)
    assert "logo_alt" in errors(form.send(**{"logo-kept": kept, "logo_alt": "Logo"}))
    open_form(publisher, organisation).save("_publish", **{"logo-kept": kept, "logo_alt": "Logo"})
    assert Organisation.objects.get().logo


def test_what_is_kept_is_forgotten(publisher):
    publisher.post("/admin/partners/organisation/keep/", {"file": picture()})
    SentSheet.objects.update(sent_at=timezone.now() - DAYS + dt.timedelta(hours=1))
    call_command("send_reminders", verbosity=0)
    assert SentSheet.objects.count() == 1
    SentSheet.objects.update(sent_at=timezone.now() - DAYS - dt.timedelta(hours=1))
    call_command("send_reminders", verbosity=0)
    assert not SentSheet.objects.exists()


def test_words_for_a_logo_that_is_not_there_are_refused(publisher, open_form):
    response = open_form(publisher, make.OrganisationFactory()).send(logo_alt="Their logo")
    assert errors(response) == {
        "logo_alt": ["There is no logo: choose its file, or leave this empty."]
    }


def test_who_is_logged_out_while_typing_is_told_what_becomes_of_it(publisher, open_form):
    form = open_form(publisher, make.OrganisationFactory())
    publisher.logout()
    page = text(publisher.get(form.send(summary="Typed.")["Location"]))
    assert "You were logged out, so nothing was saved." in page


def test_who_is_logged_out_with_a_long_form_is_told_as_well(publisher, open_form):
    form = open_form(publisher, make.OrganisationFactory())
    publisher.logout()
    sent = form.send(description=f"<p>{'Typed. ' * 4000}</p>")
    assert "You were logged out, so nothing was saved." in text(publisher.get(sent["Location"]))


def test_row_that_was_added_without_scripts_may_stay_empty(publisher, open_form):
    form = open_form(publisher, make.OrganisationFactory())
    page = text(form.send("_more", _more_of="figures"))
    form.fields, form.buttons = read(page, "organisation_form")
    form.save(summary="Typed.")
    assert not Figure.objects.exists()


def test_without_scripts_records_are_chosen_from_whole_lists(publisher):
    collaboration, organisation = make.CollaborationFactory(), make.OrganisationFactory()
    url = address(collaboration)
    option = f'<option value="{organisation.pk}">'
    page = text(publisher.get(url))
    assert option not in page
    assert '<a href="?lists=1">choose from whole lists</a>' in page
    form = BrowserForm(publisher, f"{url}?lists=1")
    assert option in form.page
    assert "whole lists" not in form.page
    form.row("parties", organisation=organisation.pk)
    form.save("_publish")
    assert collaboration.parties.get().organisation == organisation


def test_who_has_logged_in_anew_is_led_back_to_the_form(client_of, publisher):
    url = address(make.OrganisationFactory())
    strict = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    strict.cookies = publisher.cookies
    response = strict.post(url, {"_publish": "1"})
    assert response.status_code == 403
    assert f'href="{url}"' in response.content.decode()
    stranger = Client(enforce_csrf_checks=True).post(url, {"_publish": "1"})
    assert "This form could not be accepted" in stranger.content.decode()


def test_controls_of_parts_have_the_name_of_their_row(publisher, open_form):
    organisation = make.OrganisationFactory()
    make.FigureFactory.create_batch(2, organisation=organisation)
    page = open_form(publisher, organisation).page
    for row in (1, 2):
        spoken = f'<span class="spoken">, figure <span class="number">{row}</span></span></label>'
        assert f"Value{spoken}" in page
        assert f'id="id_figures-{row - 1}-as_of_helptext"' in page


def test_person_keeps_no_more_files_than_forms_that_one_may_have_open(publisher, monkeypatch):
    monkeypatch.setattr(kept, "MOST_KEPT", 2)
    keys = [
        publisher.post("/admin/partners/organisation/keep/", {"file": picture()}).json()["key"]
        for _ in range(3)
    ]
    assert {str(key) for key in SentSheet.objects.values_list("pk", flat=True)} == {*keys[1:]}


def test_every_form_of_the_admin_names_its_mistakes(superuser, open_form):
    """One mechanism for all that the admin adds; pages with a form of their own use it as well."""
    pages = [(model, superuser.get(address(model))) for model in admin.site._registry]
    forms = [(model, page) for model, page in pages if page.status_code == 200]
    assert len(forms) > 12
    for model, page in forms:
        used = [each.name for each in page.templates]
        assert "admin/partners/change_form.html" in used, model
    form = open_form(superuser, make.ContactFactory())
    response = form.send(email="nobody", since="when?")
    assert [place for place, *_ in named(response)] == ["id_email", "id_since"]
    assert "<title>Error: " in text(response)
    sent = superuser.post(address(Organisation, "import"))
    assert [(place, where) for place, where, _ in named(sent)] == [("id_sheet", "Spreadsheet")]
    assert text(sent).count('href="#id_sheet"') == 1

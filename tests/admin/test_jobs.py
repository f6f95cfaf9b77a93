"""What takes longer than a request: queued, told of, all or nothing."""

import datetime as dt
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from partners.care.links import Outcome
from partners.exchange.sheets import files, importing
from partners.models import Job, LinkCheck, Organisation, SentSheet
from partners.rows import freshness
from tests import factories as make
from tests.admin.browser_form import address, read_all
from tests.admin.test_sheets import confirm, said, send, sheet
from tests.worker import work

pytestmark = pytest.mark.django_db
FRONT = "admin:index"


@pytest.fixture(autouse=True)
def each_line_is_many(settings):
    settings.LINES_AT_ONCE = 0


@pytest.fixture
def record():
    return make.OrganisationFactory(pk="esr", name="ESR", summary="Old.")


def looked_at(client, file):
    """The page of the dry run that a worker made."""
    job = send(client, file)
    work()
    return client.get(leads_on(client, job))


def leads_on(client, response):
    """Where the page of the job that the answer led to goes on."""
    page = said(client.get(response["Location"]))
    assert "Look again" not in page
    return Job.objects.latest("asked_at").leads_to


def begun(client, response, button):
    """Press the button of a dry run; returns the answer, which leads to the page of a job."""
    (sent,) = read_all(response, "_sent")
    return client.post(address(Organisation, "import"), {"_sent": sent, button: "1"})


def test_large_sheet_is_looked_at_and_stored_by_a_worker(publisher, record):
    asked = send(publisher, sheet(publisher))
    page = said(publisher.get(asked["Location"]))
    assert "It has not begun yet" in page
    assert "Look again" in page
    assert "Look at “organisations.csv”" in said(publisher.get(reverse(FRONT)))
    work()
    response = publisher.get(leads_on(publisher, asked))
    assert "<del>Old.</del> <ins>New.</ins>" in said(response)
    assert "Look at “organisations.csv”" not in said(publisher.get(reverse(FRONT)))
    stored = begun(publisher, response, "_publish")
    record.refresh_from_db()
    assert record.summary == "Old."
    work()
    assert "Published: 1." in said(publisher.get(reverse(FRONT)))
    assert leads_on(publisher, stored) == address(Organisation, "changelist")
    record.refresh_from_db()
    assert record.summary == "New."
    assert not SentSheet.objects.exists()
    assert LogEntry.objects.get().user.username == "publisher"


def test_what_stands_against_a_large_sheet_is_shown(editor, record):
    page = said(looked_at(editor, sheet(editor, "esr,v", "esr,w")))
    assert "“organisations.csv” cannot be imported: 1 of 1 record" in page
    assert "Changed by an operator, since this file was exported." in page


def test_large_sheet_that_is_none_is_refused_in_words(editor, record):
    job = send(editor, sheet(editor, "key,", "kee,"))
    work()
    page = said(editor.get(job["Location"]))
    assert "there is no place for the column “kee”" in page


def test_what_was_saved_meanwhile_stands_against_storing_it(publisher, record):
    response = looked_at(publisher, sheet(publisher))
    begun_at = begun(publisher, response, "_publish")
    record.summary = "Somebody was quicker."
    record.save()
    work()
    page = said(publisher.get(begun_at["Location"]))
    assert "Nothing was changed, because:" in page
    record.refresh_from_db()
    assert record.summary == "Somebody was quicker."
    assert SentSheet.objects.exists()


def test_who_may_no_more_stores_nothing(publisher, record):
    response = looked_at(publisher, sheet(publisher))
    stored = begun(publisher, response, "_publish")
    User.objects.get(username="publisher").groups.clear()
    work()
    record.refresh_from_db()
    assert record.summary == "Old."
    (job,) = Job.objects.filter(has_failed=True)
    assert stored["Location"].endswith(f"{job.pk}/change/")
    assert job.sentences == ["You may not do this any more."]


def test_sheet_is_stored_once_though_the_button_is_pressed_twice(publisher, record):
    response = looked_at(publisher, sheet(publisher))
    begun(publisher, response, "_publish")
    begun(publisher, response, "_publish")
    work()
    ended = Job.objects.filter(title__startswith="Import").order_by("asked_at")
    assert [job.has_failed for job in ended] == [False, True]
    assert "no longer kept" in ended[1].sentences[0]


def test_nothing_is_left_of_a_job_that_breaks(publisher, record, monkeypatch, caplog):
    response = looked_at(publisher, sheet(publisher))
    stored = begun(publisher, response, "_publish")

    def note(*args):
        raise ZeroDivisionError

    monkeypatch.setattr("partners.admin.sheets.SheetAdmin._log", note)
    work()
    record.refresh_from_db()
    assert record.summary == "Old."
    assert "It was cut short, and nothing is changed." in said(publisher.get(stored["Location"]))


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [(1, "3 of 7 done."), (16, "It has run for longer than it may")],
)
def test_page_tells_how_far_it_is(editor, record, minutes, sentence):
    job = send(editor, sheet(editor))
    started = timezone.now() - dt.timedelta(minutes=minutes)
    DBTaskResult.objects.update(status="RUNNING", started_at=started)
    Job.objects.update(lines_done=3, lines=7)
    assert sentence in said(editor.get(job["Location"]))
    assert sentence in said(editor.get(reverse(FRONT)))


@pytest.mark.django_db(transaction=True)
def test_lines_are_told_while_they_are_read(editor, record, monkeypatch):
    send(editor, sheet(editor))
    monkeypatch.setattr("partners.models.tasks.TELL_EVERY", 0)
    told, rehearse = [], importing.rehearse

    def look(*args):
        told.append((Job.objects.get().lines_done, Job.objects.get().lines))
        rehearse(*args)

    monkeypatch.setattr(importing, "rehearse", look)
    work()
    assert told == [(1, 1)]


def test_job_of_somebody_else_is_nowhere(editor, publisher, record):
    job = send(editor, sheet(editor))
    work()
    assert publisher.get(job["Location"]).status_code == 302
    assert publisher.get(Job.objects.get().leads_to).status_code == 404
    assert "Look at" not in said(publisher.get(reverse(FRONT)))


def test_job_and_sheet_go_with_time(editor, record):
    send(editor, sheet(editor))
    Job.objects.update(asked_at=timezone.now() - dt.timedelta(days=31))
    send(editor, sheet(editor))
    assert Job.objects.count() == 1


def test_small_sheet_waits_for_nobody(publisher, record, settings):
    settings.LINES_AT_ONCE = 1
    confirm(publisher, send(publisher, sheet(publisher)), "_publish")
    assert not Job.objects.exists()
    record.refresh_from_db()
    assert record.summary == "New."


@pytest.fixture
def each_record_is_many(monkeypatch):
    monkeypatch.setattr("partners.admin.sheets.RECORDS_AT_ONCE", 0)


def exported(form):
    return reverse("admin:partners_organisation_export", args=[form])


def made_by_worker(client, form="csv"):
    """Where the file is that a worker made of all organisations."""
    asked = client.get(exported(form))
    page = said(client.get(asked["Location"]))
    assert "It has not begun yet" in page
    work()
    assert f"Download “organisations-{timezone.localdate()}" in said(client.get(asked["Location"]))
    return Job.objects.latest("asked_at").leads_to


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_worker_makes_the_file_that_a_request_would(
    editor, record, monkeypatch, each_record_is_many, form
):
    file = editor.get(made_by_worker(editor, form))
    monkeypatch.undo()
    at_once = editor.get(exported(form))
    assert file["Content-Disposition"] == at_once["Content-Disposition"]
    assert file["Content-Type"] == at_once["Content-Type"]
    read = [files.read(BytesIO(each.content), "organisations") for each in (file, at_once)]
    assert read[0] == read[1]
    assert [line.cells["name"] for line in read[0]["organisations"].lines] == ["ESR"]


def test_chosen_records_alone_are_in_the_file(editor, record, each_record_is_many):
    make.OrganisationFactory(name="Not chosen")
    asked = {"action": "export_csv", "_selected_action": ["esr"]}
    editor.post(address(Organisation, "changelist"), asked)
    work()
    book = files.read(BytesIO(Job.objects.get().file), "organisations")
    assert [line.cells["name"] for line in book["organisations"].lines] == ["ESR"]


def test_worker_says_how_to_import_what_is_too_much_for_one_file(
    editor, record, monkeypatch, each_record_is_many
):
    make.OrganisationFactory()
    monkeypatch.setattr("partners.exchange.sheets.export.MOST_LINES", 1)
    asked = editor.get(exported("xlsx"))
    work()
    page = said(editor.get(asked["Location"]))
    assert "It holds 2 files" in page
    assert "import them one after the other, in the order of their names." in page
    file = editor.get(Job.objects.get().leads_to)
    names = ZipFile(BytesIO(file.content)).namelist()
    stem = f"organisations-{timezone.localdate()}"
    assert names == [f"{stem}-1-of-2.xlsx", f"{stem}-2-of-2.xlsx"]
    assert f"{stem}.zip" in file["Content-Disposition"]


def test_file_is_for_its_person_alone_and_for_a_day(editor, publisher, record, each_record_is_many):
    place = made_by_worker(editor)
    assert publisher.get(place).status_code == 404
    Job.objects.update(asked_at=timezone.now() - dt.timedelta(hours=25))
    editor.get(exported("csv"))
    assert "This file is no longer kept." in said(editor.get(place, follow=True))


def test_lists_of_jobs_read_no_file(editor, record, each_record_is_many):
    made_by_worker(editor)
    with CaptureQueriesContext(connection) as asked:
        editor.get(reverse("admin:partners_job_changelist"))
        editor.get(reverse(FRONT))
    assert not [query for query in asked if '"partners_job"."file"' in query["sql"]]


def test_who_may_see_nothing_any_more_gets_no_file(editor, record, each_record_is_many):
    editor.get(exported("csv"))
    User.objects.get(username="editor").groups.clear()
    work()
    job = Job.objects.get()
    assert (job.has_failed, job.file) == (True, None)


@pytest.fixture
def checked(monkeypatch):
    """Two addresses that were broken; by now one of them answers."""
    addresses = ["https://good.example.org/", "https://bad.example.org/"]

    def ask(pool, url):
        return Outcome("good" if "good" in url else "broken")

    monkeypatch.setattr("partners.care.links.ask", ask)
    return [LinkCheck.objects.create(url=url, result="broken") for url in addresses * 2]


def test_chosen_addresses_are_asked_again_once_each(editor, checked):
    chosen = {"action": "ask_again", "_selected_action": [each.pk for each in checked]}
    asked = editor.post(reverse("admin:partners_linkcheck_changelist"), chosen)
    assert LinkCheck.objects.count() == 4
    work()
    assert "Asked: 2. Good: 1." in said(editor.get(asked["Location"]))
    latest = LinkCheck.objects.latest_of_each().values_list("url", "result")
    assert dict(latest) == {checked[0].url: "good", checked[1].url: "broken"}


def test_more_addresses_than_a_task_may_ask_are_left_to_the_daily_run(editor, checked, monkeypatch):
    monkeypatch.setattr("partners.admin.links.MOST_AT_ONCE", 1)
    chosen = {"action": "ask_again", "_selected_action": [each.pk for each in checked]}
    page = editor.post(reverse("admin:partners_linkcheck_changelist"), chosen, follow=True)
    assert "All of them are asked every day." in said(page)
    assert not Job.objects.exists()


def test_jobs_end_no_edition_of_the_site(editor, record, each_record_is_many):
    before = freshness.token()
    asked = editor.get(exported("csv"))
    Job.objects.get().tell(1, 2)
    editor.get(asked["Location"])
    assert freshness.token() == before


def test_files_go_with_the_daily_run(editor, record, each_record_is_many):
    made_by_worker(editor)
    call_command("send_reminders", verbosity=0)
    assert Job.objects.get().file
    Job.objects.update(asked_at=timezone.now() - dt.timedelta(hours=25))
    call_command("send_reminders", verbosity=0)
    assert Job.objects.get().file is None

"""The queue on the front page of the admin, and putting off what has to wait."""

import datetime as dt

import pytest
from django.utils import timezone

from partners.models import LinkCheck, Snooze
from partners.rows import bookkeeping
from tests import factories as make
from tests.admin.browser_form import address
from tests.admin.test_publication import text

pytestmark = pytest.mark.django_db

QUEUE = "/admin/attention/"


@pytest.fixture
def link():
    partner = make.OrganisationFactory(name="Rhubarb & Custard")
    return make.LinkFactory(organisation=partner, label="Their statutes", url="")


def key(link):
    return f"link-without-target:organisation/{link.organisation.pk}/{link.pk}"


def put_off(client, link, until=None, reason="They move."):
    until = until or timezone.localdate() + dt.timedelta(days=30)
    posted = {"finding": key(link), "until": str(until), "reason": reason}
    return client.post(QUEUE, posted, follow=True)


@pytest.mark.parametrize("who", ["editor", "publisher", "superuser"])
def test_front_page_leads_to_what_needs_attention(client_of, link, who):
    page = text(client_of(who).get("/admin/"))
    assert "Links without a target (1)" in page
    assert f'href="/admin/partners/organisation/{link.organisation.pk}/change/#links-group"' in page


def test_front_page_shows_the_first_and_leads_to_all(editor):
    make.OrganisationFactory.create_batch(7)
    page = text(editor.get("/admin/"))
    assert page.count(": no logo") == 5 + 2  # two of them are urgent
    assert 'href="/admin/attention/?rule=logo-missing">All 7: logos missing</a>' in page
    assert text(editor.get(QUEUE)).count(": no logo") == 7


def test_long_queue_shows_the_first_of_each_rule_and_each_rule_in_pages(editor, link):
    with bookkeeping.batch():
        make.OrganisationFactory.create_batch(104)  # the link's makes 105
    page = text(editor.get(QUEUE))
    assert ">Logos missing</a> (105)" in page
    assert page.count(": no logo") == 20
    assert 'href="?rule=logo-missing">All 105: logos missing</a>' in page
    seen = [text(editor.get(QUEUE, {"rule": "logo-missing", "page": each})) for each in (1, 2, "x")]
    assert [page.count(": no logo") for page in seen] == [100, 5, 100]
    assert 'href="?rule=logo-missing&page=2"' in seen[0]
    assert "Links without a target" not in seen[0]


def test_finding_is_put_off_from_the_page_of_its_rule(editor, link):
    until = timezone.localdate() + dt.timedelta(days=30)
    posted = {"finding": key(link), "until": str(until), "reason": "They move."}
    page = f"{QUEUE}?rule=link-without-target"
    assert editor.post(page, posted)["Location"] == page
    assert "Nothing of this kind needs attention." in text(editor.get(page))
    assert editor.get(QUEUE, {"rule": "nonsense"}).status_code == 404


def test_queue_is_for_staff_with_a_part_in_the_content(client_of, link):
    assert client_of("reader").get(QUEUE).status_code == 403
    assert "statutes" not in text(client_of("reader").get("/admin/"))
    assert client_of("outsider").get(QUEUE).status_code == 302


def test_day_that_cannot_be_read_has_the_focus(editor, link):
    assert 'autofocus value="soon"' in text(put_off(editor, link, "soon"))


def test_finding_is_put_off_with_a_reason_and_taken_back(editor, link):
    page = text(put_off(editor, link))
    assert "Rhubarb & Custard: “Their statutes”: until" in page
    assert "by editor: They move." in page
    assert "Links without a target" not in text(editor.get("/admin/"))
    editor.post(QUEUE, {"_back": key(link)})
    assert "Links without a target" in text(editor.get("/admin/"))


def test_day_is_written_in_the_words_of_people(editor, link):
    until = timezone.localdate() + dt.timedelta(days=30)
    put_off(editor, link, f"{until.day} {until:%B %Y}")
    assert Snooze.objects.get().until == until


@pytest.mark.parametrize(
    ("days", "reason", "sentence"),
    [
        (0, "They move.", "Choose a day after today, within three years."),
        (2000, "They move.", "Choose a day after today, within three years."),
        (30, "", "This field is required."),
    ],
)
def test_finding_is_not_put_off_for_ever_or_without_reason(editor, link, days, reason, sentence):
    until = timezone.localdate() + dt.timedelta(days=days)
    assert sentence in text(put_off(editor, link, until, reason))
    assert not Snooze.objects.exists()


def test_what_is_mended_meanwhile_cannot_be_put_off(editor, link):
    link.url = "https://example.org/"
    link.save()
    assert "This is mended, or put off already." in text(put_off(editor, link))
    assert not Snooze.objects.exists()


def test_reader_puts_nothing_off(client_of, link):
    assert put_off(client_of("reader"), link).status_code == 403


def test_checks_are_read_and_false_alarms_marked(editor, publisher, client_of):
    url = "https://example.org/a"
    make.LinkFactory(label="Their statutes", url=url)
    check = LinkCheck.objects.create(url=url, result="blocked", detail="answers 403")
    good = LinkCheck.objects.create(url="https://example.org/b", result="good")
    assert "Links in trouble (1)" in text(editor.get("/admin/"))
    checks = address(LinkCheck, "changelist")
    assert "answers 403" in text(editor.get(checks, {"result__exact": "blocked"}))
    ticked = {"action": "mark_false_alarm", "_selected_action": [check.pk, good.pk]}
    assert client_of("reader").post(checks, ticked).status_code == 403
    assert "Marked as false alarm: 1." in text(editor.post(checks, ticked, follow=True))
    assert "Links in trouble" not in text(publisher.get("/admin/"))
    page = text(publisher.get(address(check)))
    assert "answers 403" in page
    assert 'name="_save"' not in page
    assert publisher.get(address(LinkCheck)).status_code == 403
    assert publisher.get(address(check, "delete")).status_code == 403

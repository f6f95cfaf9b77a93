"""Staff ask a partner, see the letter first, and deal with what comes back."""

import io
import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from PIL import Image

from partners.models import Answer, Contact, Inquiry, Organisation, PendingChange
from partners.publishing import presses
from partners.rows.standing import standing
from tests import factories as make
from tests.admin.test_publication import text
from tests.worker import work

pytestmark = pytest.mark.django_db
CONTACTS = reverse("admin:partners_contact_changelist")


@pytest.fixture
def partner(db):
    return make.OrganisationFactory(key="sor", name="Society of Rays", founded="2016")


@pytest.fixture
def contact(partner):
    return make.ContactFactory(organisation=partner, name="Dr Ada Example", email="ada@example.org")


@pytest.fixture
def answer(contact, partner):
    inquiry = make.InquiryFactory(contact=contact)
    rows = standing(Organisation, "sor").rows
    founded = [rows[0] | {"fields": rows[0]["fields"] | {"founded": "2015"}}, *rows[1:]]
    picture = io.BytesIO()
    Image.new("RGB", (400, 200), "navy").save(picture, "PNG")
    return make.AnswerFactory(
        inquiry=inquiry, kind="corrected", base=rows, rows=founded, by_email="ada@example.org",
        logo=picture.getvalue(), logo_permission="The board", sent_at=timezone.now(),
    )  # fmt: skip


def ask(client, *contacts, **pressed):
    chosen = {"action": "ask", "_selected_action": [each.pk for each in contacts]}
    return client.post(CONTACTS, chosen | pressed)


def decide(client, answer, **pressed):
    page = reverse("admin:partners_answer_change", args=[answer.pk])
    seen = client.get(page).context["seen"]
    return client.post(page, {"seen": seen} | pressed, follow=True)


def pending():
    return presses.pending(Organisation, "sor")


def test_letter_is_shown_before_it_leaves(editor, contact):
    page = ask(editor, contact).content.decode()
    assert "Good day Dr Ada Example," in page
    assert not Inquiry.objects.exists()
    words = {"subject": "A question", "text": "In our words."}
    assert "In our words." in ask(editor, contact, _show="1", **words).content.decode()
    ask(editor, contact, _send="1", **words)
    work()
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["ada@example.org"], "A question")
    assert "In our words." in letter.body


def test_nothing_in_a_letter_becomes_part_of_our_page(editor, contact):
    Contact.objects.update(name='Dr "Ada" <i>Example</i>')
    letter = ask(editor, contact).content.decode()
    ask(editor, contact, _copy="1", subject="A question", text="<i>Words</i>")
    page = reverse("admin:partners_inquiry_change", args=[Inquiry.objects.get().pk])
    for shown in (letter, editor.get(page).content.decode()):
        assert "Dr &quot;Ada&quot; &lt;i&gt;Example&lt;/i&gt;" in shown
        assert "<i>" not in shown
    assert 'srcdoc="&lt;!doctype html&gt;' in letter
    assert "&amp;lt;i&amp;gt;Example" in letter  # in the HTML of the letter it is text as well


def test_link_can_be_made_to_copy_and_nothing_is_sent(editor, contact):
    ask(editor, contact, _copy="1", subject="A question", text="Words.")
    work()
    assert not mail.outbox
    inquiry = Inquiry.objects.get()
    page = editor.get(reverse("admin:partners_inquiry_change", args=[inquiry.pk]))
    assert page.context["address"] in page.content.decode()
    assert page.context["state"] == "link made"


def test_nobody_is_asked_about_what_is_not_public(editor):
    contact = make.ContactFactory(organisation=make.OrganisationFactory(draft=True))
    page = ask(editor, contact, _send="1", subject="A question", text="Words.")
    assert "is not public" in page.content.decode()
    assert not Inquiry.objects.exists()


def test_link_is_revoked_by_a_press(client, editor, contact):
    inquiry = make.InquiryFactory(contact=contact)
    page = reverse("admin:partners_inquiry_change", args=[inquiry.pk])
    address = editor.get(page).context["address"].partition("8000")[2]
    assert client.get(address).status_code == 200
    editor.post(page, {"_revoke": "1"})
    assert client.get(address).status_code == 410


def test_campaign_is_counted(editor, contact, answer):
    make.AnswerFactory(inquiry__contact=contact)
    make.InquiryFactory(contact=contact, sent_at=make.LONG_AGO)
    page = editor.get(reverse("admin:partners_inquiry_changelist")).content.decode()
    for words in ("Answered (2)", "Nothing changed (1)", "Corrected (1)", "Overdue (1)"):
        assert words in page
    year = timezone.localdate().year
    assert f"Asked this year ({Inquiry.objects.filter(made_at__year=year).count()})" in page
    overdue = editor.get(reverse("admin:partners_inquiry_changelist"), {"state": "overdue"})
    assert overdue.context["cl"].result_count == 1


def test_what_is_ticked_becomes_a_proposal(editor, answer):
    page = editor.get(reverse("admin:partners_answer_change", args=[answer.pk]))
    [version] = page.context["versions"]
    decide(editor, answer, _take="1", take=[str(version.path)], outcome="Thank you.")
    assert pending().rows[0]["fields"]["founded"] == "2015"
    answer.refresh_from_db()
    assert answer.decided_by_name == "editor"
    work()
    assert [each.to for each in mail.outbox] == [["ada@example.org"]]
    assert "Thank you." in mail.outbox[0].body
    assert Organisation.objects.get(pk="sor").founded.display() == "2016"


def test_staff_see_which_words_of_a_long_text_are_others(editor, answer):
    words = "<p>They work in all of Europe, and in some of its neighbours.</p>"
    for rows, says in ((answer.base, words), (answer.rows, words.replace("some", "most"))):
        rows[0]["fields"] |= {"description": says, "founded": "2016"}
    answer.save()
    page = editor.get(reverse("admin:partners_answer_change", args=[answer.pk])).content.decode()
    assert "They work in all of Europe, and in <del>some</del> of its neighbours.</td>" in page
    assert "They work in all of Europe, and in <ins>most</ins> of its neighbours.</td>" in page


def test_staff_see_what_goes_without_a_word(editor, answer):
    link, words = '<a href="https://a.example/?b&amp;c">so</a>', "<p>We say so.</p>"
    quoted = f"<blockquote><p>We say {link}.</p></blockquote>"
    for rows, says in ((answer.base, quoted), (answer.rows, words)):
        rows[0]["fields"] |= {"description": says, "founded": "2016"}
    answer.save()
    path = reverse("admin:partners_answer_change", args=[answer.pk])
    assert "Taken, it removes" not in editor.get(path).content.decode()  # nothing is there to go
    Organisation.objects.update(description=quoted)
    told = "Taken, it removes the link to https://a.example/?b&amp;c, a quotation.</strong>"
    assert told in editor.get(path).content.decode()
    for kept in (quoted.replace("We", "They"), answer.base[0]["fields"]["description"]):
        answer.rows[0]["fields"]["description"] = kept
        answer.save()
        assert "Taken, it removes" not in editor.get(path).content.decode()
    Organisation.objects.update(description=f"{quoted}<p>Staff say {link}.</p>")  # untouched there
    assert "Taken, it removes" not in editor.get(path).content.decode()


def test_logo_is_taken_with_its_permission(editor, answer):
    decide(editor, answer, _take="1", take=["logo"])
    fields = pending().rows[0]["fields"]
    assert fields["logo_permission"].startswith("The board, ")
    assert (fields["logo_width"], fields["logo_alt"]) == (400, "Logo of Society of Rays")
    assert Organisation._meta.get_field("logo").storage.exists(fields["logo"])


def test_logo_is_downloaded_and_never_shown_in_our_name(editor, client_of, answer):
    page = reverse("admin:partners_answer_logo", args=[answer.pk])
    response = editor.get(page)
    assert response.content == bytes(answer.logo)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert client_of("reader").get(page).status_code == 403


def test_answer_can_be_left(editor, answer):
    decide(editor, answer, _close="1")
    answer.refresh_from_db()
    assert answer.decided_at
    assert not PendingChange.objects.exists()
    work()
    assert not mail.outbox


def test_stale_page_takes_nothing(editor, answer):
    page = reverse("admin:partners_answer_change", args=[answer.pk])
    seen = editor.get(page).context["seen"]
    Organisation.objects.filter(pk="sor").update(summary="Other.")
    response = editor.post(page, {"_take": "1", "seen": seen, "take": ["logo"]}, follow=True)
    assert "Somebody saved this meanwhile" in response.content.decode()
    assert not PendingChange.objects.exists()
    assert Answer.objects.get().decided_at is None


def test_many_are_noted_as_confirmed(editor, contact):
    rows = standing(Organisation, "sor").rows
    inquiry = make.InquiryFactory(contact=contact)
    right = make.AnswerFactory(inquiry=inquiry, base=rows, rows=rows)
    other = make.AnswerFactory(kind="corrected")
    chosen = {"action": "note_as_confirmed", "_selected_action": [right.pk, other.pk]}
    editor.post(reverse("admin:partners_answer_changelist"), chosen)
    verified = Organisation.objects.get(pk="sor").last_verified
    assert (verified.verified_at, verified.is_by_partner) == (right.sent_at, True)
    assert list(Answer.objects.undecided()) == [other]
    form = editor.get(reverse("admin:partners_organisation_change", args=["sor"])).content.decode()
    assert f"Confirmed by the partner on {date_format(right.sent_at)}, noted by editor." in form


def test_reported_mistake_is_dealt_with(editor):
    report = make.MistakeReportFactory(email="reader@example.org")
    page = reverse("admin:partners_mistakereport_change", args=[report.pk])
    assert "It was 2015." in editor.get(page).content.decode()
    chosen = {"action": "mark_dealt_with", "_selected_action": [report.pk]}
    editor.post(reverse("admin:partners_mistakereport_changelist"), chosen)
    report.refresh_from_db()
    assert (report.answered_by_name, report.email) == ("editor", "")


def test_contact_is_found_by_the_key_of_its_record(editor, contact):
    make.ContactFactory()
    found = editor.get(CONTACTS, {"q": "sor"}).context["cl"].queryset
    assert list(found) == [contact]
    page = editor.get(reverse("admin:partners_organisation_change", args=["sor"]))
    assert f'{CONTACTS}?q=sor"' in page.content.decode()


def test_reported_mistake_is_dealt_with_where_it_is_read(editor):
    report = make.MistakeReportFactory()
    url = reverse("admin:partners_mistakereport_change", args=[report.pk])
    page = text(editor.get(url))
    assert page.count("Mark as dealt with") == 1
    names = ("action", "index", "_selected_action")
    posted = {name: re.search(f'name="{name}" value="([^"]*)"', page)[1] for name in names}
    editor.post(reverse("admin:partners_mistakereport_changelist"), posted)
    report.refresh_from_db()
    assert report.answered_at
    assert "Mark as dealt with" not in text(editor.get(url))

"""The partner's page: what a link opens, what it takes, and what it never changes."""

import datetime as dt
import io
import random
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from partners.care import inquiries
from partners.models import (
    Answer,
    Figure,
    Inquiry,
    LinkRequest,
    PendingChange,
    Revision,
    Verification,
)
from partners.publishing import answers, links
from partners.rows import snapshots
from tests import factories as make
from tests.worker import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def figure():
    esr = make.OrganisationFactory(name="Society of Rays", acronym="SOR", founded="2016-05")
    return make.FigureFactory(organisation=esr, value=8000, as_of="2024")


@pytest.fixture
def inquiry(figure):
    contact = make.ContactFactory(organisation=figure.organisation, name="Dr Ada Example")
    return inquiries.ask(contact, "Is this right?", "Please look.", None, timezone.now(), False)


def path_of(link):
    return reverse(link.address_name, args=[links.token(link)])


def fields_of(response):
    """What a browser would send of the form of the page, as it stands."""
    forms = [*response.context["statements"], response.context["form"]]
    fields = {each.html_name: each.value() for form in forms for each in form}
    checked = {name: value for name, value in fields.items() if value not in (None, False)}
    shown = {
        name: getattr(value, "display", lambda v=value: v)() for name, value in checked.items()
    }
    return shown | {"seen": response.context["seen"], "_look": "look"}


def test_partner_confirms_by_two_presses(client, inquiry, figure):
    before = client.get(figure.organisation.get_absolute_url()).content
    path = path_of(inquiry)
    page = client.get(path)
    assert not Answer.objects.exists()
    looked = client.post(path, fields_of(page))
    assert b"is still right" in looked.content
    assert client.post(path, {"_send": "1"}).status_code == 302
    answer = Answer.objects.get()
    assert (answer.kind, answer.by_name, answer.rows) == ("right", "Dr Ada Example", answer.base)
    assert answer.sent_at
    work()
    [receipt] = mail.outbox
    assert receipt.to == [inquiry.contact.email]
    assert "still right" in receipt.body
    assert client.get(figure.organisation.get_absolute_url()).content == before


def test_partner_corrects_a_figure_and_a_date(client, inquiry, figure):
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    sent |= {
        f"figure-{figure.pk}-value": "9000",
        f"organisation-{figure.organisation.pk}-founded": "June 2016",
        "source": "Our annual report",
    }
    assert b"9,000" in client.post(path, sent).content
    client.post(path, {"_send": "1"})
    answer = Answer.objects.get()
    rows = {row["pk"]: row["fields"] for row in answer.rows}
    assert answer.kind == "corrected"
    assert rows[str(figure.pk)]["value"] == 9000
    assert rows[str(figure.pk)]["as_of"] == timezone.localdate().isoformat()
    assert rows[figure.organisation.pk]["founded"] == "2016-06"
    assert Figure.objects.get().value == 8000
    assert not Verification.objects.exists()
    assert not Revision.objects.exists()


def test_each_part_is_opened_and_corrected_as_one(client, inquiry, figure):
    page = client.get(path_of(inquiry))
    assert [each.part for each in page.context["statements"]] == [None, figure]
    assert f"<span>Figure</span> <strong>{figure}</strong>" in page.content.decode()


def test_partner_corrects_names_numbers_and_the_description(client, inquiry, figure):
    """Each value by itself, in the form's own terms; what was not touched is as it was."""
    esr = figure.organisation
    esr.description = (
        '<p>We are <strong>rays</strong>, see <a href="https://a.example/">us</a>.</p>'
    )
    esr.save()
    former = make.OrganisationNameFactory(organisation=esr, name="Ray Club", valid_until="1999")
    number = make.IdentifierFactory(organisation=esr, value="Q42")
    path = path_of(inquiry)
    page = client.get(path)
    assert "We are rays, see us.</textarea>" in page.content.decode()
    sent = fields_of(page) | {
        f"organisationname-{former.pk}-valid_until": "May 2001",
        f"organisationname-{former.pk}-acronym": "RC",
        f"identifier-{number.pk}-value": "https://www.wikidata.org/wiki/Q43",
        f"organisation-{esr.pk}-description": "We are all rays, see us.\n\nSince <1999>.",
    }
    looked = client.post(path, sent).content.decode()
    assert "<del>Q42</del></td><td><ins>Q43</ins>" in looked
    assert "<ins>We are all rays, see us. Since &lt;1999&gt;.</ins>" in looked
    assert fields_of(client.get(path))[f"identifier-{number.pk}-value"] == "Q43"
    client.post(path, {"_send": "1"})
    answer = Answer.objects.get()
    before, after = (snapshots.by_row(rows) for rows in (answer.base, answer.rows))
    corrected = {
        pk: {name: value for name, value in fields.items() if (name, value) not in old.items()}
        for ((_, pk), fields), old in zip(after.items(), before.values(), strict=True)
    }
    assert {pk: fields for pk, fields in corrected.items() if fields} == {
        str(former.pk): {"valid_until": "2001-05", "acronym": "RC"},
        str(number.pk): {"value": "Q43"},
        esr.pk: {
            "description": "<p>We are all <strong>rays</strong>, see "
            '<a href="https://a.example/">us</a>.</p><p>Since &lt;1999&gt;.</p>'
        },
    }


def test_number_that_its_register_cannot_have_given_is_refused(client, inquiry, figure):
    number = make.IdentifierFactory(organisation=figure.organisation, value="Q42")
    path = path_of(inquiry)
    sent = fields_of(client.get(path)) | {f"identifier-{number.pk}-value": "42"}
    assert client.post(path, sent).context["sentences"]
    assert not Answer.objects.exists()


def test_partner_can_confirm_whatever_older_rows_say(client, inquiry, figure):
    """What a version before wrote may break the rules of today, asked here or not."""
    esr = figure.organisation
    unnamed = make.IdentifierFactory(organisation=esr, value="Q42")
    wrong = make.IdentifierFactory(organisation=esr, scheme="ror", value="05dxps055")
    type(wrong).objects.filter(pk=wrong.pk).update(value="no number")
    type(unnamed).objects.filter(pk=unnamed.pk).update(scheme="other", value="1", register="")
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    assert b"is still right" in client.post(path, sent).content
    sent |= {f"identifier-{unnamed.pk}-value": "2"}
    assert b"<ins>2</ins>" in client.post(path, sent).content
    client.post(path, {"_send": "1"})
    rows = snapshots.by_row(Answer.objects.get().rows)
    assert rows["partners.identifier", str(unnamed.pk)]["value"] == "2"


def test_long_description_can_be_answered_and_grows_no_longer(client, inquiry, figure):
    """What an editor wrote may be longer than what a partner may write."""
    esr = figure.organisation
    esr.description = f"<p>{'ray ' * answers.LONGEST_TEXT}.</p>"
    esr.save()
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    name = f"organisation-{esr.pk}-description"
    corrected = sent | {name: sent[name].replace("ray", "Ray", 1)}
    assert b"Not taken yet" in client.post(path, corrected | {name: f"{sent[name]}!"}).content
    founded = sent | {f"organisation-{esr.pk}-founded": "2015"}
    for each, kind in [(sent, "right"), (founded, "corrected"), (corrected, "corrected")]:
        client.post(path, each)
        assert Answer.objects.get().kind == kind


def picture():
    """A PNG that does not compress, of half a megabyte."""
    content, rng = io.BytesIO(), random.Random(1)  # noqa: S311 — no secret
    Image.frombytes("RGB", (400, 400), rng.randbytes(480_000)).save(content, "PNG")
    return content.getvalue()


def test_logo_comes_with_its_permission_and_stays_with_the_draft(client, inquiry):
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    logo = SimpleUploadedFile("logo.png", picture(), "image/png")
    refused = client.post(path, sent | {"logo": logo})
    assert "Say who allows us to show this logo." in refused.content.decode()
    assert not Answer.objects.exists()
    logo.seek(0)
    client.post(path, sent | {"logo": logo, "logo_permission": "Our board"})
    client.post(path, sent | {"logo_permission": "Our board"})
    client.post(path, {"_send": "1"})
    answer = Answer.objects.get()
    assert (answer.kind, answer.logo_permission) == ("corrected", "Our board")
    assert Image.open(io.BytesIO(answer.logo)).size == (400, 400)


def test_no_more_is_taken_than_a_logo_needs(client, inquiry):
    big = SimpleUploadedFile("logo.png", b"x" * 2_600_000, "image/png")
    assert client.post(path_of(inquiry), {"logo": big}).status_code == 413


def test_mistakes_are_named_and_typing_stays(client, inquiry, figure):
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    sent |= {f"organisation-{figure.organisation.pk}-founded": "some day", "comment": "Hello"}
    page = client.post(path, sent).content.decode()
    assert "is not a date we can read" in page
    assert 'value="some day"' in page
    assert "Hello</textarea>" in page
    assert not Answer.objects.exists()


def test_collaboration_is_asked_about_in_its_own_terms(client, inquiry, admin_user):
    made = make.CollaborationFactory(title="Joint sessions", since="2016")
    contact = make.ContactFactory(collaboration=made)
    path = path_of(inquiries.ask(contact, "Right?", "Please look.", None, timezone.now(), False))
    sent = fields_of(client.get(path))
    assert "logo_permission" not in sent
    client.post(path, sent | {f"collaboration-{made.pk}-until": "2020"})
    client.post(path, {"_send": "1"})
    answer = Answer.objects.get()
    assert answer.rows[0]["fields"]["until"] == "2020"
    path = f"partners.collaboration:{made.pk}:until"
    assert answers.take(answer, {path, "logo"}, None, admin_user, timezone.now()).is_taken
    assert PendingChange.objects.get().rows[0]["fields"]["until"] == "2020"


def altered(inquiry):
    return [links.token(inquiry)[:-1], "x", inquiry.pk.hex, str(inquiry.pk)]


def test_forged_and_foreign_links_are_404(client, inquiry):
    preview = Inquiry(pk=inquiry.pk)
    preview.salt = "partners.publishing.previews"
    for token in [*altered(inquiry), links.token(preview)]:
        path = reverse("partners:answer", args=[token])
        assert client.get(path).status_code == 404
        assert client.post(path, {"_send": "1"}).status_code == 404
    assert client.get(reverse("partners:shared-preview", args=[links.token(inquiry)])).status_code
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    ("end", "sentence"),
    [("expires_at", "has expired"), ("revoked_at", "was taken back")],
)
def test_link_that_ended_says_so(client, inquiry, end, sentence):
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    Inquiry.objects.update(**{end: timezone.now()})
    for response in (client.get(path), client.post(path, sent), client.post(path, {"_send": ""})):
        assert response.status_code == 410
        assert sentence in response.content.decode()
    assert not Answer.objects.exists()


def test_withdrawn_or_unpublished_entry_is_not_asked_about(client, inquiry, figure):
    figure.organisation.withdrawn_at = timezone.now()
    figure.organisation.save()
    assert client.get(path_of(inquiry)).status_code == 410


def test_answered_link_shows_the_receipt_and_takes_nothing_more(client, inquiry):
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    client.post(path, sent)
    client.post(path, {"_send": "1"})
    answer = Answer.objects.values().get()
    for again in ({"_send": "1"}, sent | {"comment": "Once more"}):
        assert "answered already" in client.post(path, again).content.decode()
    assert Answer.objects.values().get() == answer


def test_what_changed_meanwhile_is_shown_first(client, inquiry, figure):
    path = path_of(inquiry)
    sent = fields_of(client.get(path)) | {"comment": "All fine"}
    Figure.objects.update(value=8100)
    response = client.post(path, sent)
    assert response.status_code == 409
    assert "was changed since" in response.content.decode()
    assert "All fine" in response.content.decode()
    assert not Answer.objects.exists()
    client.post(path, fields_of(client.get(path)))
    Figure.objects.update(value=8200)
    assert client.post(path, {"_send": "1"}).status_code == 409
    assert not Answer.objects.filter(sent_at__isnull=False).exists()


def test_draft_is_shown_again_over_what_the_public_reads_now(client, inquiry, figure):
    path, root = path_of(inquiry), figure.organisation
    sent = fields_of(client.get(path))
    client.post(path, sent | {f"figure-{figure.pk}-value": "9000", "not_ours": "on"})
    type(root).objects.filter(pk=root.pk).update(founded="2015")
    again = fields_of(client.get(path))
    assert again[f"figure-{figure.pk}-value"] == 9000
    assert again[f"organisation-{root.pk}-founded"] == "2015"
    assert again["not_ours"] is True


def test_page_of_a_link_is_private_and_signs_nobody_in(client, inquiry):
    response = client.get(path_of(inquiry))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert links.token(inquiry) not in re.sub(r'property="og:url".*', "", response.content.decode())


def test_answers_are_limited(client, inquiry, settings):
    settings.ANSWERS_AN_HOUR = 2
    path = path_of(inquiry)
    sent = fields_of(client.get(path))
    assert [client.post(path, sent).status_code for _ in range(3)] == [200, 200, 429]
    LinkRequest.objects.update(at=timezone.now() - dt.timedelta(hours=1))
    assert client.post(path, sent).status_code == 200

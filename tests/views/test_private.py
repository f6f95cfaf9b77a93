"""What is held about people and agreements is found in nothing that leaves the back office."""

import logging

import pytest
from django.core.management import call_command
from django.utils import timezone

from partners.care import inquiries
from partners.models import Inquiry
from partners.publishing import previews
from partners.rows.standing import standing
from tests import factories as make
from tests.admin.conftest import client_of, colleague  # noqa: F401 — client_of is a fixture
from tests.views.test_drafts import WORD, every_address, marked, sweep  # noqa: F401 — a fixture
from tests.worker import work

pytestmark = [pytest.mark.django_db, pytest.mark.slow("sweep")]
MAIL = f"{WORD}@partner.example.org"
#: Pages of the back office that show what is private.
INSIDE = [
    "/admin/", "/admin/attention/", f"/admin/find/?q={WORD}", "/admin/partners/contact/",
    "/admin/partners/inquiry/", "/admin/partners/answer/", "/admin/partners/mistakereport/",
    "/admin/partners/agreement/", "/admin/admin/logentry/",
]  # fmt: skip


@pytest.fixture
def partner(db, society):
    """One about whom every private text that there can be has the word."""
    partner = make.OrganisationFactory(key="sor", name="Society of Rays", acronym="SOR")
    collaboration = make.PartyFactory(organisation=partner).collaboration
    people = {"since": "", "until": "", "email": MAIL}
    contact = marked(make.ContactFactory, organisation=partner, **people)
    marked(make.ContactFactory, collaboration=collaboration, **people)
    agreement = marked(make.AgreementFactory, collaboration=collaboration)
    marked(make.AgreementDocumentFactory, agreement=agreement, content=WORD.encode())
    inquiry = inquiries.ask(contact, WORD, WORD, None, timezone.now())
    Inquiry.objects.update(failure=WORD)
    rows = standing(type(partner), "sor").rows
    answer = {"inquiry": inquiry, "base": rows, "rows": rows, "logo": WORD.encode()}
    marked(make.AnswerFactory, by_email=MAIL, **answer)
    marked(make.MistakeReportFactory, email=MAIL)
    return partner


@pytest.mark.django_db(transaction=True)  # exporting takes a snapshot of its own
def test_nothing_private_is_public(client, partner, sweep, caplog, tmp_path, rf):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    request = rf.get("/")
    request.user, request.now = colleague("maker"), timezone.now()
    previews.share(type(partner), "sor", request)
    work()
    assert WORD not in caplog.text
    seen, having = sweep(*every_address(), "/nowhere/", "/admin/partners/contact/")
    assert having == set()
    assert len(seen) > 100
    call_command("export_data", str(tmp_path / "data"), verbosity=0)
    call_command("export_fixtures", str(tmp_path / "fixtures"), verbosity=0)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files if WORD.encode() in path.read_bytes()] == []
    assert len(files) > 4


@pytest.mark.ignore_template_errors
def test_staff_without_the_right_see_nothing_private(client_of, partner):  # noqa: F811
    inside = [client_of("editor").get(address).content.decode() for address in INSIDE]
    assert any(WORD in page for page in inside)
    for address in INSIDE:
        page = client_of("reader").get(address).content.decode()
        for echo in (address, f'value="{WORD}"', f"“{WORD}”"):
            page = page.replace(echo, "")
        assert WORD not in page, address

"""Actions on lists that are longer than a page."""

import pytest

from partners.admin.organisation import OrganisationAdmin
from partners.models import Organisation, Verification
from tests import factories as make
from tests.admin.test_publication import text

pytestmark = pytest.mark.django_db

LIST = "/admin/partners/organisation/"
ON_A_PAGE = 2


@pytest.fixture
def organisations(monkeypatch):
    monkeypatch.setattr(OrganisationAdmin, "list_per_page", ON_A_PAGE)
    return make.OrganisationFactory.create_batch(ON_A_PAGE + 1)


def test_all_are_offered_for_export_alone(publisher, organisations):
    page = text(publisher.get(LIST))
    assert f"Select all {ON_A_PAGE + 1} organisations, to export them" in page


@pytest.mark.parametrize("action", ["withdraw", "mark_verified", "mark_verified_with_figures"])
def test_nothing_is_done_to_what_nobody_looked_at(publisher, organisations, action):
    posted = {"action": action, "select_across": "1", "_selected_action": [organisations[0].pk]}
    page = text(publisher.post(LIST, posted, follow=True))
    assert page.count("Nothing was done. This can only be done to records that are ticked") == 1
    assert not Organisation.objects.exclude(withdrawn_at=None).exists()
    assert not Verification.objects.exists()

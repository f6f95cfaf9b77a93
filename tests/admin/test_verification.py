"""Verifying: who compared what with the world, when and how; and who looks after a record."""

import pytest
from django.contrib.auth.models import User

from partners.models import Collaboration, Organisation, Verification
from partners.rows import bookkeeping
from tests import factories as make
from tests.admin.browser_form import act, address
from tests.admin.test_publication import decide, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_record_and_figure_are_verified_by_hand_and_say_how(client_of, client, who):
    figure, other = make.FigureFactory(), make.FigureFactory()
    organisation = figure.organisation
    compared = [organisation.pk, figure.pk, other.pk]
    page = text(
        decide(client_of(who), organisation, "_verify", how="their website", verified=compared)
    )
    assert "Verified: " in page
    assert f"by {who} (their website)" in page
    for compared in (organisation, figure):
        compared.refresh_from_db()
        said = compared.verification
        assert (said.verified_by.username, said.how) == (who, "their website")
    assert not Verification.objects.filter(figure=other).exists()
    assert "Last verified: " in client.get(organisation.get_absolute_url()).content.decode()


def test_only_what_was_compared_is_verified(editor):
    figure = make.FigureFactory()
    decide(editor, figure.organisation, "_verify", verified=[figure.organisation.pk])
    assert not Verification.objects.filter(figure=figure).exists()


def test_figures_are_verified_with_many_records_at_once(editor):
    figure = make.FigureFactory()
    act(editor, "mark_verified_with_figures", figure.organisation)
    assert Verification.objects.filter(figure=figure).exists()
    assert "mark_verified_with_figures" not in text(
        editor.get(address(Collaboration, "changelist"))
    )


def test_editing_is_not_verifying(publisher, open_form):
    organisation = make.OrganisationFactory()
    open_form(publisher, organisation).save(summary="New.")
    assert not Verification.objects.exists()


def test_record_is_entrusted_to_a_colleague(editor):
    colleague = User.objects.create_user("colleague", is_staff=True)
    outsider = User.objects.create_user("outsider")
    organisation = make.OrganisationFactory()
    page = text(decide(editor, organisation, "_entrust", keeper=colleague.pk))
    assert "Looked after by colleague" in page
    page = text(decide(editor, organisation, "_entrust", keeper=outsider.pk))
    assert "Select a valid choice" in page
    organisation.refresh_from_db()
    assert organisation.record.keeper == colleague
    decide(editor, organisation, "_entrust", keeper="")
    organisation.record.refresh_from_db()
    assert organisation.record.keeper is None


def test_lists_are_narrowed_to_what_is_not_verified(editor):
    verified, unverified = make.OrganisationFactory(), make.OrganisationFactory()
    figure = make.FigureFactory(organisation=verified)
    make.OrganisationFactory(draft=True)
    bookkeeping.verify(verified, None, make.SINCE_THEN)

    def listed(query):
        response = editor.get(address(Organisation, "changelist"), {"verified": query})
        return {each.pk for each in response.context["cl"].result_list}

    assert listed("no") == {unverified.pk}
    assert listed("figures") == {figure.organisation.pk}

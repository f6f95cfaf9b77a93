"""Collaborations: to begin, ongoing or ended, the same in query and in Python."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from partners.models import Collaboration
from partners.values.dates import PartialDate
from tests import factories as make

TODAY = dt.date(2026, 11, 23)
#: The same examples in every run, however slow the machine.
steady = settings(derandomize=True, deadline=None)

close_days = st.dates(dt.date(2025, 11, 1), dt.date(2027, 2, 1))
close_dates = st.builds(
    lambda day, length: PartialDate(day.isoformat()[:length]),
    close_days,
    st.sampled_from([4, 7, 10]),
)


@pytest.mark.parametrize(
    ("since", "until", "has_ended", "status"),
    [
        ("", "", False, "ongoing"),
        ("", "", True, "ended"),
        ("2016", "", True, "ended"),
        ("2016", "", False, "ongoing"),
        ("2026", "", False, "ongoing"),
        ("2026-11", "", False, "ongoing"),
        ("2026-11-23", "", False, "ongoing"),
        ("2026-11-24", "", False, "to-begin"),
        ("2026-12", "", False, "to-begin"),
        ("2027", "", False, "to-begin"),
        ("2027", "2028", False, "to-begin"),
        ("2016", "2026", False, "ongoing"),
        ("2016", "2026-11", False, "ongoing"),
        ("2016", "2026-11-23", False, "ongoing"),
        ("2016", "2026-11-22", False, "ended"),
        ("", "2026-10", False, "ended"),
        ("2016", "2025", False, "ended"),
    ],
)
def test_collaboration_status_goes_no_further_than_is_known(since, until, has_ended, status):
    collaboration = make.CollaborationFactory.build(since=since, until=until, has_ended=has_ended)
    assert collaboration.status(TODAY) == status


class TestInTheDatabase(TestCase):
    @steady
    @given(st.just("") | close_dates, st.just("") | close_dates, st.booleans(), close_days)
    def test_ended_and_not_ended_agree_with_status(self, since, until, mark, day):
        known = min(len(str(since)), len(str(until)))
        if str(until)[:known] < str(since)[:known]:
            since, until = until, since
        made = make.CollaborationFactory(since=since, until=until, has_ended=mark and not until)
        has_ended = made.status(day) == Collaboration.Status.ENDED
        assert list(Collaboration.objects.ended(day)) == [made] * has_ended
        assert list(Collaboration.objects.not_ended(day)) == [made] * (not has_ended)
        assert Collaboration.objects.with_is_over(day).get().is_over is has_ended


@pytest.mark.django_db
def test_party_and_joint_work_belong_to_their_collaboration():
    collaboration = make.CollaborationFactory()
    party = make.PartyFactory(collaboration=collaboration)
    work = make.JointWorkFactory(collaboration=collaboration)
    assert party.root == work.root == collaboration
    assert list(collaboration.parties.all()) == [party]
    assert list(collaboration.joint_works.all()) == [work]


@pytest.mark.django_db
def test_party_may_have_two_roles_and_come_back():
    party = make.PartyFactory(role="partner", since="2010")
    for role, since in (("supporter", "2010"), ("partner", "2016")):
        again = make.PartyFactory.build(
            collaboration=party.collaboration,
            organisation=party.organisation,
            role=role,
            since=since,
        )
        again.full_clean()
        again.save()
    assert party.collaboration.parties.count() == 3


@pytest.mark.django_db
def test_parties_named_are_those_whose_organisation_is():
    collaboration = make.CollaborationFactory()
    live = make.PartyFactory(collaboration=collaboration)
    withdrawn = make.PartyFactory(
        collaboration=collaboration, organisation__withdrawn=True, position=1
    )
    make.PartyFactory(collaboration=collaboration, organisation__draft=True)
    make.PartyFactory(collaboration=collaboration, organisation__scheduled=True)
    at = make.SINCE_THEN
    assert list(collaboration.parties.named(at)) == [live, withdrawn]

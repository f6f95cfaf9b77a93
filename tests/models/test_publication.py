"""Draft, scheduled, live, withdrawn: by the clock alone, the same in query and in Python."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from partners.models import Organisation
from tests import factories as make

NOON = dt.datetime(2026, 3, 1, 11, tzinfo=dt.UTC)  # in Vienna
TICK = dt.timedelta(microseconds=1)
DAY = dt.timedelta(days=1)

EVERY_ROOT = pytest.mark.parametrize(
    "factory", make.ROOT_FACTORIES, ids=lambda factory: factory._meta.model._meta.model_name
)
EVERY_STATE = pytest.mark.parametrize(
    ("published_at", "withdrawn_at", "is_named", "is_live", "state"),
    [
        pytest.param(None, None, False, False, "Draft: seen by staff only.", id="draft"),
        pytest.param(
            NOON + TICK,
            None,
            False,
            False,
            "Scheduled: appears on 1 March 2026, 12:00.",
            id="about-to-appear",
        ),
        pytest.param(
            NOON + DAY,
            NOON + 2 * DAY,
            False,
            False,
            "Scheduled: appears on 2 March 2026, 12:00.",
            id="scheduled-to-come-and-go",
        ),
        pytest.param(NOON, None, True, True, "Live since 1 March 2026, 12:00.", id="just-appeared"),
        pytest.param(
            NOON - DAY, None, True, True, "Live since 28 February 2026, 12:00.", id="live"
        ),
        pytest.param(
            NOON - DAY,
            NOON + TICK,
            True,
            True,
            "Live since 28 February 2026, 12:00, until 1 March 2026, 12:00.",
            id="about-to-go",
        ),
        pytest.param(
            NOON - DAY,
            NOON,
            True,
            False,
            "Withdrawn since 1 March 2026, 12:00.",
            id="just-gone",
        ),
        pytest.param(
            NOON,
            NOON,
            True,
            False,
            "Withdrawn since 1 March 2026, 12:00.",
            id="come-and-gone-at-once",
        ),
        pytest.param(
            NOON - 2 * DAY,
            NOON - DAY,
            True,
            False,
            "Withdrawn since 28 February 2026, 12:00.",
            id="withdrawn",
        ),
    ],
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_vienna():
    with timezone.override("Europe/Vienna"):
        yield


@EVERY_STATE
def test_root_stands_where_its_times_say(published_at, withdrawn_at, is_named, is_live, state):
    root = make.OrganisationFactory(published_at=published_at, withdrawn_at=withdrawn_at)
    assert root.is_named(NOON) is is_named
    assert root.is_live(NOON) is is_live
    assert root.state(NOON) == state
    assert list(Organisation.objects.named(NOON)) == [root] * is_named
    assert list(Organisation.objects.live(NOON)) == [root] * is_live


@EVERY_ROOT
def test_every_kind_of_root_is_shown_by_the_clock(factory):
    roots = factory._meta.model.objects
    factory(draft=True)
    factory(scheduled=True)
    live, withdrawn = factory(), factory(withdrawn=True)
    assert list(roots.live().order_by("pk")) == [live]
    assert list(roots.named().order_by("pk")) == [live, withdrawn]


def test_live_takes_the_time_when_asked_not_when_written():
    scheduled = make.OrganisationFactory(scheduled=True)
    later = Organisation.objects.live(make.FAR_AHEAD)
    assert list(later) == [scheduled]
    assert not Organisation.objects.live().exists()


@pytest.mark.parametrize(
    ("published_at", "withdrawn_at", "changes", "then_published_at"),
    [
        pytest.param(None, None, True, NOON, id="draft"),
        pytest.param(NOON + DAY, None, True, NOON, id="scheduled"),
        pytest.param(NOON - DAY, None, False, NOON - DAY, id="live"),
        pytest.param(NOON - 2 * DAY, NOON - DAY, True, NOON - 2 * DAY, id="withdrawn"),
    ],
)
def test_publish_makes_live_now(published_at, withdrawn_at, changes, then_published_at):
    root = make.EventFactory.build(published_at=published_at, withdrawn_at=withdrawn_at)
    assert root.publish(NOON) is changes
    assert root.is_live(NOON)
    assert root.published_at == then_published_at


@pytest.mark.parametrize(
    ("published_at", "withdrawn_at", "changes"),
    [
        pytest.param(None, None, False, id="draft"),
        pytest.param(NOON + DAY, None, False, id="scheduled"),
        pytest.param(NOON - DAY, None, True, id="live"),
        pytest.param(NOON - DAY, NOON + DAY, True, id="live-until-tomorrow"),
        pytest.param(NOON - 2 * DAY, NOON - DAY, False, id="withdrawn"),
    ],
)
def test_withdraw_takes_only_what_is_live(published_at, withdrawn_at, changes):
    root = make.EventFactory(published_at=published_at, withdrawn_at=withdrawn_at)
    assert root.withdraw(NOON) is changes
    assert not root.is_live(NOON)
    root.validate_constraints()


@EVERY_ROOT
def test_root_keeps_its_key_and_makes_none_twice(factory):
    model = factory._meta.model
    keys = {model().key for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {12}


@EVERY_ROOT
def test_root_has_an_address_made_of_its_slug(factory):
    root = factory(slug="of-its-own")
    assert root.get_absolute_url().endswith("/of-its-own/")
    assert root.root is root


@pytest.mark.parametrize(
    "character", ["\0", "\x1b", "\x7f", "\x9f"], ids=["nul", "escape", "delete", "c1"]
)
def test_control_characters_are_refused_under_their_field(character):
    page = make.PageFactory()
    page.title = f"Legal{character}notice"
    with pytest.raises(ValidationError) as refused:
        page.full_clean()
    assert set(refused.value.message_dict) == {"title"}

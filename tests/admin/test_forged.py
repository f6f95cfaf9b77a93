"""What no page of ours sends: each hidden field and address answers, and nothing is stored."""

import pytest
from django.urls import reverse

from partners.models import Organisation, PendingChange, PreviewLink, Revision
from partners.rows import snapshots
from tests import factories as make
from tests.admin.browser_form import address, read_all

pytestmark = [pytest.mark.django_db, pytest.mark.slow("fuzzing")]

GARBAGE = ["", "x", "\0", "é" * 9, "9" * 30, "-1", "x" * 10_000, "a:b:c", "[]", "../..", "%00"]


@pytest.fixture
def record(publisher, editor, open_form):
    """Live, with a history and a pending change."""
    record = make.OrganisationFactory(summary="First.")
    open_form(publisher, record).save(summary="Second.")
    open_form(editor, record).save("_hand_in", summary="Third.")
    return record


@pytest.fixture
def unmoved(record):
    """Fails where the record, its pending change or its history is another one at the end."""
    before = state(record)
    yield
    assert state(record) == before


def state(record):
    change = PendingChange.objects.get()
    times = Organisation.objects.values_list("published_at", "withdrawn_at").get(pk=record.pk)
    return snapshots.rows_of(record), change.rows, change.status, times, Revision.objects.count()


@pytest.mark.any_database
@pytest.mark.usefixtures("unmoved")
@pytest.mark.parametrize("name", ["_version", "_proposed", "publish_at_0", "publish_at_1", "why"])
def test_fields_of_a_form(publisher, open_form, record, name):
    form = open_form(publisher, record)
    for garbage in GARBAGE:
        form.fields[name] = garbage
        assert form.send("_schedule", summary="Forged.").status_code in (200, 400), garbage


def test_addresses_of_a_record(publisher):
    for garbage in filter(None, GARBAGE):
        for name in ("change", "history", "delete", "decide", "previews"):
            url = reverse(f"admin:partners_organisation_{name}", args=[garbage])
            for answer in (publisher.get(url), publisher.post(url, {"seen": garbage})):
                assert answer.status_code in (302, 400, 404, 405), (name, garbage)


@pytest.mark.usefixtures("unmoved")
@pytest.mark.parametrize("button", ["_withdraw", "_unschedule", "_verify", "_entrust"])
def test_decisions(publisher, record, button):
    seen = read_all(publisher.get(address(record)), "seen")
    for garbage in GARBAGE:
        posted = {"seen": garbage, button: garbage, "at_0": garbage, "at_1": garbage}
        if button == "_withdraw" and garbage:
            posted["seen"] = seen
        response = publisher.post(address(record, "decide"), posted)
        assert response.status_code in (302, 400), garbage


@pytest.mark.usefixtures("unmoved")
def test_decisions_at_the_desk(publisher):
    url = address(PendingChange.objects.get())
    for garbage in GARBAGE:
        for button in ("_publish", "_send_back", "_discard"):
            posted = {"seen": garbage, button: "1", "comment": garbage}
            assert publisher.post(url, posted).status_code in (302, 400), (button, garbage)


@pytest.mark.usefixtures("unmoved")
def test_states_to_restore_and_links_to_revoke(publisher, record):
    revision = Revision.objects.last()
    for garbage in GARBAGE:
        for number in (revision.pk, 10**15):
            url = reverse("admin:partners_organisation_restore", args=[record.pk, number])
            assert publisher.post(url, {"last": garbage}).status_code in (302, 400, 404)
        posted = {"_revoke": garbage}
        assert publisher.post(address(record, "previews"), posted).status_code in (302, 400)
    assert not PreviewLink.objects.exists()


@pytest.mark.usefixtures("unmoved")
def test_lists(publisher, record):
    url = address(Organisation, "changelist")
    for garbage in GARBAGE:
        posted = {"action": "publish_now", "_selected_action": [record.pk, garbage]}
        response = publisher.post(url, posted | {"_seen": [garbage]})
        assert response.status_code in (200, 302, 400), garbage


@pytest.mark.any_database
@pytest.mark.usefixtures("unmoved")
@pytest.mark.parametrize(
    "buttons",
    [
        [], ["_unknown"], ["_verify", "_unknown"], ["_withdraw", "_unschedule"],
        ["_publish", "_discard"], ["_draft", "_publish"], ["_restore", "_publish"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_decision_without_just_one_known_button_changes_nothing(
    publisher, open_form, record, buttons
):
    seen = read_all(publisher.get(address(record)), "seen")[0]
    number = Revision.objects.of(Organisation, record.pk).last().pk
    restore = reverse("admin:partners_organisation_restore", args=[record.pk, number])
    form = open_form(publisher, record).fields
    posted = {name: value for name, value in form.items() if value is not None}
    posted |= {"seen": seen, "comment": "No."} | dict.fromkeys(buttons, "1")
    change = address(PendingChange.objects.get())
    for url in (address(record, "decide"), change, address(record), restore):
        assert publisher.post(url, posted).status_code == 400, url

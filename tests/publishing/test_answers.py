"""Answers of partners: compared with what staff made meanwhile, taken by the one door.

ORDERS=100 in the environment tries 500 orders of work instead of 50.
"""

import os
import random

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from partners.models import Answer, Figure, Organisation, PendingChange, Revision, Source
from partners.publishing import answers, presses
from partners.rows import bookkeeping, snapshots
from partners.rows.door import take_one
from partners.rows.offers import Offer
from partners.rows.snapshots import Path, Refused
from partners.rows.standing import standing
from tests import factories as make
from tests.uploads import picture

pytestmark = pytest.mark.django_db
NAME = Path("partners.organisation", "sor", "name")


@pytest.mark.django_db(transaction=True)
def test_answer_is_kept_and_sent_each_in_a_transaction_of_its_own():
    root, now = make.OrganisationFactory(), timezone.now()
    contact = make.ContactFactory(organisation=root)
    inquiry = make.InquiryFactory(contact=contact, key=root.pk)
    there = standing(Organisation, root.pk)
    said = {"kind": "right", "rows": there.rows, "by_name": "Ada"}
    answers.keep(inquiry, now, answers.version(there), **said)
    assert answers.send(inquiry, now).sent_at == now
    assert Answer.objects.get().sent_at == now


@pytest.fixture
def staff(db):
    return User.objects.create_user("ann")


@pytest.fixture
def sor(db):
    made = make.OrganisationFactory(key="sor", name="Society of Rays", founded="2016")
    make.FigureFactory(organisation=made, pk="a" * 8 + "-0000-4000-8000-" + "0" * 12, value=8000)
    return made


def value_path():
    return Path("partners.figure", str(Figure.objects.get().pk), "value")


def changed(rows, **fields):
    """The rows with other values: of the record, or of its figures (`figure_value`)."""
    result = []
    for row in rows:
        kind = "figure_" if row["model"] == "partners.figure" else ""
        own = {
            name.removeprefix("figure_"): value
            for name, value in fields.items()
            if name.startswith("figure_") == bool(kind)
        }
        result.append(row | {"fields": row["fields"] | own})
    return result


def answer(**fields):
    """An answer that was sent, with these corrections."""
    contact = make.ContactFactory(organisation=Organisation.objects.get(pk="sor"))
    inquiry = make.InquiryFactory(contact=contact, key="sor", title="Society of Rays")
    base = standing(Organisation, "sor").rows
    kind = "corrected" if fields else "right"
    rows = changed(base, **fields)
    return make.AnswerFactory(
        inquiry=inquiry, base=base, rows=rows, kind=kind, sent_at=timezone.now()
    )


def take(sent, *paths, by):
    seen = standing(Organisation, "sor").version
    return answers.take(sent, {str(each) for each in paths}, seen, by, timezone.now())


def propose(by, **fields):
    present = standing(Organisation, "sor").present
    rows = changed(present, **fields)
    return take_one(Offer(Organisation, "sor", present, rows), presses.HAND_IN, by, timezone.now())


def test_what_is_taken_becomes_a_proposal_and_nothing_else(sor, staff):
    sent = answer(name="Society of Rays and Waves", founded="2015")
    assert take(sent, NAME, by=staff).is_taken
    fields = PendingChange.objects.get().rows[0]["fields"]
    assert (fields["name"], fields["founded"]) == ("Society of Rays and Waves", "2016")
    sor.refresh_from_db()
    assert sor.name == "Society of Rays"


def test_corrected_figure_has_the_partner_as_its_source(sor, staff):
    sent = answer(figure_value=9000, figure_as_of="2026-12-12")
    sent.source = "Our annual report"
    assert take(sent, value_path(), by=staff).is_taken
    figure = PendingChange.objects.get().rows[1]["fields"]
    assert (figure["value"], figure["source"]) == (9000, f"answer-{sent.pk.hex}")
    source = Source.objects.get()
    assert source.title.startswith("Answer of Society of Rays, ")
    assert source.document == "Our annual report"
    assert Figure.objects.get().value == 8000


def test_day_of_a_figure_that_is_corrected_alone_brings_no_source(sor, staff):
    sent = answer(figure_as_of="2026-12-12")
    assert take(sent, value_path()._replace(field="as_of"), by=staff).is_taken
    assert PendingChange.objects.get().rows[1]["fields"]["as_of"] == "2026-12-12"
    assert not Source.objects.exists()


def test_logo_is_taken_with_who_allows_it_and_no_title_is_too_long(sor, staff):
    sent = answer(figure_value=9000)
    sent.logo, sent.logo_permission, sent.inquiry.title = picture((40, 20)), "Our board", "S" * 300
    assert take(sent, value_path(), "logo", by=staff).is_taken
    fields, day = PendingChange.objects.get().rows[0]["fields"], answers.day_of(sent)
    assert fields["logo"].startswith("logos/")
    assert {name: fields[name] for name in fields if name.startswith("logo_")} == {
        "logo_width": 40,
        "logo_height": 20,
        "logo_alt": f"Logo of {'S' * 152}",
        "logo_permission": f"Our board, {day}",
        "logo_permission_until": "",
        "logo_source": f"Sent by the partner, {day}",
    }
    source = Source.objects.get()
    assert source.title == f"Answer of {'S' * 190}"
    assert source.document == "A letter to the society"


def test_answer_goes_into_what_waits_and_takes_nothing_from_it(sor, staff):
    sent = answer(name="Society of Rays and Waves")
    propose(staff, founded="2014", summary="They work.")
    assert take(sent, NAME, by=staff).is_taken
    change = PendingChange.objects.get()
    fields = change.rows[0]["fields"]
    assert change.status == PendingChange.Status.HANDED_IN
    assert (fields["name"], fields["founded"]) == ("Society of Rays and Waves", "2014")
    assert fields["summary"] == "They work."


def test_conflict_is_shown_and_taken_only_where_chosen(sor, staff):
    sent = answer(name="Society of Rays and Waves")
    propose(staff, name="Society of X-rays")
    [version] = answers.compared(sent)
    said = (version.was, version.now, version.mine)
    assert said == ("Society of Rays", "Society of X-rays", "Society of Rays and Waves")
    assert take(sent, by=staff).is_taken
    assert PendingChange.objects.get().rows[0]["fields"]["name"] == "Society of X-rays"
    assert take(sent, NAME, by=staff).is_taken
    assert PendingChange.objects.get().rows[0]["fields"]["name"] == "Society of Rays and Waves"


def test_text_that_is_emptied_takes_nothing_away_beside_its_words(sor):
    Organisation.objects.update(description="<ul><li>They work.</li></ul>")
    [version] = answers.compared(answer(description=""))
    assert (version.now, version.mine, version.gone) == ("They work.", "–", ())


def test_parts_and_texts_are_taken_value_by_value(sor, staff):
    """All, some or none of names, numbers and texts; what staff changed meanwhile is beside it."""
    make.OrganisationNameFactory(organisation=sor, name="Ray Club", valid_until="1999")
    make.IdentifierFactory(organisation=sor, value="Q42")
    sent = answer(description="<p>They work.</p>")
    corrects = {
        "partners.organisationname": {"name": "Rays’ Club", "valid_until": "2001"},
        "partners.identifier": {"value": "Q43"},
    }
    for row in sent.rows:
        row["fields"] |= corrects.get(row["model"], {})
    present = standing(Organisation, "sor").present
    for row in present:
        row["fields"] |= {"name": "Rays Club"} if row["model"] in corrects else {}
    take_one(Offer(Organisation, "sor", present, present), presses.HAND_IN, staff, timezone.now())
    said = {each.path.field: (each.was, each.now, each.mine) for each in answers.compared(sent)}
    assert said == {
        "description": ("–", "–", "They work."),
        "name": ("Ray Club", "Rays Club", "Rays’ Club"),
        "valid_until": ("1999", "1999", "2001"),
        "value": ("Q42", "Q42", "Q43"),
    }
    paths = {each.path.field: each.path for each in answers.compared(sent)}
    assert take(sent, paths["value"], paths["valid_until"], by=staff).is_taken
    rows = {row["model"]: row["fields"] for row in PendingChange.objects.get().rows}
    number = rows["partners.identifier"]
    assert number["value"] == "Q43"
    assert "source" not in number  # that is for figures
    assert not Source.objects.exists()
    former = rows["partners.organisationname"]
    assert (former["name"], former["valid_until"]) == ("Rays Club", "2001")
    assert rows["partners.organisation"]["description"] == ""


def test_what_staff_saved_since_they_looked_is_not_overwritten(sor, staff):
    sent = answer(name="Society of Rays and Waves")
    seen = standing(Organisation, "sor").version
    propose(staff, name="Society of X-rays")
    assert not answers.take(sent, {str(NAME)}, seen, staff, timezone.now()).is_taken
    assert PendingChange.objects.get().rows[0]["fields"]["name"] == "Society of X-rays"


def test_what_staff_propose_makes_no_page_of_a_partner_stale(sor, staff):
    seen = answers.version(standing(Organisation, "sor"))
    propose(staff, summary="They work.")
    assert answers.version(standing(Organisation, "sor")) == seen
    Organisation.objects.update(summary="They work.")
    assert answers.version(standing(Organisation, "sor")) != seen


def test_scheduled_change_is_left_alone(sor, staff):
    sent = answer(name="Society of Rays and Waves")
    propose(staff, founded="2014")
    change = PendingChange.objects.get()
    offer = presses.offer_of(change)._replace(when=make.FAR_AHEAD)
    take_one(offer, presses.SCHEDULE, staff, timezone.now())
    result = take(sent, NAME, by=staff)
    assert not result.is_taken
    assert "Take back its schedule" in str(result)
    assert PendingChange.objects.get().rows == change.rows


def test_still_right_is_a_verification_by_the_partner(client, sor, staff):
    sent = answer()
    page = client.get(sor.get_absolute_url()).content.decode()
    assert "Confirmed by the partner" not in page
    assert answers.confirm(sent, None, staff, timezone.now()).is_taken
    history = client.get(f"{sor.get_absolute_url()}history/").content.decode()
    assert f"Confirmed by the partner, {answers.day_of(sent)}" in history
    assert sent.by_name not in history
    assert Figure.objects.get().verification.is_by_partner


def test_nothing_is_confirmed_that_changed_since(sor, staff):
    sent = answer()
    Organisation.objects.update(name="Society of X-rays")
    result = answers.confirm(sent, None, staff, timezone.now())
    assert "was changed since" in str(result)
    sor = Organisation.objects.get(pk="sor")
    assert sor.last_verified is None


def test_verified_by_staff_is_not_said_of_the_partner(client, sor, staff):
    answers.confirm(answer(), None, staff, timezone.now())
    bookkeeping.verify(Organisation.objects.get(), staff, timezone.now())
    assert b"Confirmed by" not in client.get(f"{sor.get_absolute_url()}history/").content


def public(client):
    """The bytes of the record's page; its history names the day of the latest change."""
    return client.get("/organisations/sor/").content


class Story:
    """What partner and staff may do, in any order; what anybody wrote is remembered."""

    STEPS = ("answer", "edit", "take", "publish", "confirm", "revoke", "answer_again")

    def __init__(self, staff, rng):
        self.staff, self.rng, self.sent, self.texts, self.number = staff, rng, None, set(), 0

    def text(self):
        self.number += 1
        text = f"Text number {self.number}"
        self.texts.add(text)
        return text

    def answer(self):
        if self.sent is None:
            corrects = self.rng.random() < 0.7
            self.sent = answer(**({"summary": self.text()} if corrects else {}))

    def edit(self):
        propose(self.staff, **{self.rng.choice(["summary", "region_note"]): self.text()})

    def take(self):
        if self.sent:
            paths = [each.path for each in answers.compared(self.sent)]
            take(self.sent, *paths, by=self.staff)

    def publish(self):
        if change := presses.pending(Organisation, "sor"):
            take_one(presses.offer_of(change), presses.PUBLISH, self.staff, timezone.now())

    def confirm(self):
        if self.sent and self.sent.kind == "right":
            answers.confirm(self.sent, None, self.staff, timezone.now())

    def revoke(self):
        if self.sent:
            type(self.sent.inquiry).objects.update(revoked_at=timezone.now())

    def answer_again(self):
        if self.sent:
            with pytest.raises((answers.Closed, Refused)):
                answers.keep(self.sent.inquiry, timezone.now(), "", comment="Second")

    def kept(self):
        """All texts that are stored somewhere."""
        rows = [standing(Organisation, "sor").rows]
        rows += [each.rows for each in PendingChange.objects.all()]
        rows += [each.rows for each in Revision.objects.all()]
        rows += [each.rows for each in Answer.objects.all()]
        by_row = [snapshots.by_row(each)["partners.organisation", "sor"] for each in rows]
        return {fields[name] for fields in by_row for name in ("summary", "region_note")}


@pytest.mark.any_database
@pytest.mark.slow("fuzzing")
@pytest.mark.parametrize("seed", range(5 * int(os.environ.get("ORDERS", "10"))))
def test_any_order_changes_the_public_only_by_staff_and_loses_no_text(client, sor, staff, seed):
    story = Story(staff, random.Random(seed))  # noqa: S311 — no secret
    before = public(client)
    for step in story.rng.choices(Story.STEPS, k=6):
        getattr(story, step)()
        after = public(client)
        assert step in ("publish", "confirm") or after == before, (seed, step)
        assert story.texts <= story.kept(), (seed, step)
        before = after

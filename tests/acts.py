"""What people do with records, without the admin: a Press of an Offer, taken or raised."""

import datetime as dt
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import models

from partners.publishing import presses
from partners.rows import snapshots
from partners.rows.door import take_one
from partners.rows.offers import Offer, Outcome
from partners.rows.standing import standing


class Proposal(NamedTuple):
    """Rows that `by` made of the rows in `base`; stale where those are not the present ones."""

    model: type[models.Model]
    key: str
    base: list
    rows: list
    by: User
    why: str = ""
    when: dt.datetime | None = None
    begun_at: dt.datetime | None = None

    @property
    def offer(self):
        there = standing(self.model, self.key)
        is_present = not snapshots.changes(there.present, self.base)
        return Offer(
            *self[:4],
            seen=there.version if is_present else "of the past",
            why=self.why,
            when=self.when,
            begun_at=self.begun_at,
        )


def do(press, offer, by, at):
    """The Answer of an offer that was taken. Raises the Stale or Refused of any other."""
    answer = take_one(offer, press, by, at)
    if not answer.is_taken:
        raise answer.error
    return answer


def of(press, proposal, at):
    """Do it, and return the PendingChange that is there then, or None."""
    do(press, proposal.offer, proposal.by, at)
    return presses.pending(proposal.model, proposal.key)


def save_draft(proposal, at):
    return of(presses.SAVE_DRAFT, proposal, at)


def hand_in(proposal, at):
    return of(presses.HAND_IN, proposal, at)


def publish(proposal, at):
    return of(presses.PUBLISH, proposal, at)


def schedule(proposal, at):
    """Whether anything is scheduled that was not."""
    answer = do(presses.SCHEDULE, proposal.offer, proposal.by, at)
    return answer.outcome is Outcome.STORED


def approve(change, by, at):
    do(presses.PUBLISH, presses.offer_of(change), by, at)


def send_back(change, by, comment, at):
    do(presses.SEND_BACK, presses.offer_of(change)._replace(why=comment), by, at)


def discard(record, by, at):
    do(presses.DISCARD, Offer(type(record), record.pk), by, at)


def withdraw(root, by, at):
    """Whether it was public."""
    answer = do(presses.WITHDRAW, Offer(type(root), root.pk), by, at)
    return answer.outcome is Outcome.STORED


def unschedule(root, by, at):
    do(presses.UNSCHEDULE, Offer(type(root), root.pk), by, at)


def delete(record, by, at):
    do(presses.DELETE, Offer(type(record), record.pk), by, at)


def restore(revision, by, at, publishes):
    offer = presses.restoration(revision, standing(revision.model, revision.key).version)
    return do(presses.restoring(revision, publishes), offer, by, at)

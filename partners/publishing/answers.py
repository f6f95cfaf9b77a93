"""What a partner says of its entry: asked statement by statement, and taken by the one door.

An answer is rows, as a proposal is: those that the public read, and what they should be. It stands
beside the record and its pending change until staff take of it what they choose.
"""

import io

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.forms import modelform_factory
from django.utils import timezone
from PIL import Image

from partners.models import (
    Answer,
    Collaboration,
    Figure,
    Identifier,
    Inquiry,
    Organisation,
    OrganisationName,
    Part,
    Source,
)
from partners.models.organisation import logo_path
from partners.publishing import presses
from partners.rows import bookkeeping, differences, snapshots
from partners.rows.door import take_one
from partners.rows.kept import in_form_of_today
from partners.rows.offers import Offer, Press
from partners.rows.snapshots import Change, Path, Refused
from partners.rows.standing import standing
from partners.rows.uploads import forget_uploads
from partners.values import plain
from partners.values.dates import PartialDate
from partners.values.lines import LinesFormField
from partners.values.richtext import RichTextField

#: What a partner is asked of each kind of record, and of its parts.
ASKED = {
    Organisation: (
        "name", "acronym", "website", "founded", "dissolved", "seat_city", "seat_country",
        "region", "not_for_profit", "summary", "description",
    ),
    OrganisationName: ("kind", "name", "acronym", "language", "valid_from", "valid_until"),
    Identifier: ("value",),
    Figure: ("bound", "value", "as_of"),
    Collaboration: ("title", "since", "until", "cadence", "through", "summary", "description"),
}  # fmt: skip
LONGEST_TEXT = 20_000
PLAIN = (
    "Plain text: an empty line begins a paragraph, and “•” an item of a list. Links and emphasis "
    "stay with their words; where you make other paragraphs or items, some may go."
)
CHANGED = "The entry was changed since this page was shown. Please look at it again."
SCHEDULED = "A change of this record is scheduled. Take back its schedule, then take the answer."


class Closed(Exception):
    """The link is of no use any more; the text is a sentence for whoever followed it."""


class StatementsForm(forms.ModelForm):
    """What the public reads of a record or of a part, to be corrected in the form's own terms.

    What nobody corrected is asked no rule: older rows may break those of today.
    """

    def __init__(self, *args, said, **kwargs):
        super().__init__(*args, empty_permitted=True, use_required_attribute=False, **kwargs)
        self.label = self._meta.model._meta.label_lower
        self.part = self.instance if isinstance(self.instance, Part) else None
        self.heading = self._meta.model._meta.verbose_name
        if isinstance(self.instance, OrganisationName):
            self.heading = self.instance.get_kind_display()
        self.now = snapshots.row_of(self.instance)["fields"]
        self.texts = [name for name in self.fields if isinstance(self._field(name), RichTextField)]
        for name in self.texts:
            self.fields[name] = plain_field(self.fields[name], plain.as_text(self.now[name]))
        shown = self.now if self.is_bound else self.now | said
        self.initial |= {name: self._shown(name, shown[name]) for name in self.fields}

    def _field(self, name):
        return self._meta.model._meta.get_field(name)

    def _shown(self, name, value):
        return plain.as_text(value) if name in self.texts else self._field(name).to_python(value)

    def _update_errors(self, errors):
        """What a rule says of fields that are not asked here, staff read when they take it."""
        asked = {*self.fields, NON_FIELD_ERRORS}
        known = errors.update_error_dict({}).items()
        if told := {name: those for name, those in known if name in asked}:
            super()._update_errors(ValidationError(told))

    def statements(self):
        """[(bound field, what the public reads, in words)]."""
        change = Change(self.label, str(self.instance.pk), self.now, self.now)
        return [
            (self[name], differences.in_words(change, Path(*change[:2], name))[0])
            for name in self.fields
        ]

    def corrections(self, today):
        """{field: its value in a row} of what was corrected; a new number is as of `today`."""
        row = snapshots.row_of(self.instance)["fields"]
        texts = [name for name in self.texts if name in self.changed_data]
        row |= {name: plain.edited(self.now[name], self.cleaned_data[name]) for name in texts}
        fields = {name: row[name] for name in self.changed_data}
        is_number = isinstance(self.instance, Figure) and "value" in fields
        return {"as_of": today.isoformat()} | fields if is_number else fields


def plain_field(field, text):
    """A field of a form for what an editor would write as rich text; it is `text` (str) now."""
    return LinesFormField(
        label=field.label,
        help_text=PLAIN,
        required=False,
        max_length=max(LONGEST_TEXT, len(text)),
        widget=forms.Textarea({"rows": 12}),
    )


def statements(root, data=None, draft=None):
    """A StatementsForm of `root`, and of each part, with what a draft (Answer) corrects."""
    managers = [getattr(root, name) for name in root.parts]
    parts = [each for manager in managers if manager.model in ASKED for each in manager.all()]
    changes = snapshots.changes(draft.base, draft.rows) if draft else ()
    said = {each[:2]: {name: each.after[name] for name in each.fields} for each in changes}
    return [_form(each, data, said.get(_identity(each), {})) for each in [root, *parts]]


def together(root, at):
    """The Collaborations that the page of `root` names at `at`; none for one itself."""
    known = Collaboration.objects.live(at).filter(parties__organisation=root.pk)
    return known.distinct() if isinstance(root, Organisation) else known.none()


def _form(record, data, said):
    model = type(record)
    widgets = {"summary": forms.Textarea({"rows": 3})}
    kind = modelform_factory(model, StatementsForm, fields=ASKED[model], widgets=widgets)
    return kind(data, instance=record, said=said, prefix=f"{model._meta.model_name}-{record.pk}")


def _identity(record):
    return record._meta.label_lower, str(record.pk)


def proposed(base, forms, today):
    """The rows `base` with what was corrected in `forms`, which are valid."""
    return _with(base, {_identity(each.instance): each.corrections(today) for each in forms})


def _with(rows, values):
    """The rows with other values: {(model, key): {field: value}}."""
    return [
        row | {"fields": row["fields"] | values.get((row["model"], row["pk"]), {})} for row in rows
    ]


def subject(inquiry, at):
    """(record, its Standing) that is asked about, as the public reads it at `at`.

    Raises Closed where the link is answered, expired, revoked, or there is no such page any more.
    """
    root = inquiry.model._base_manager.filter(pk=inquiry.key).first()
    if inquiry.answer_sent:
        raise Closed("You have answered already. Thank you.")
    if inquiry.revoked_at:
        raise Closed("This link is not needed any more, and was taken back.")
    if inquiry.expires_at <= at:
        raise Closed("This link has expired.")
    if root is None or not root.is_live(at):
        raise Closed("This entry is not public any more.")
    return root, standing(inquiry.model, inquiry.key)


@transaction.atomic
def keep(inquiry, at, seen, **said):
    """Keep what is said as the draft of the answer. Raises Closed, and Refused if it is stale."""
    inquiry = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    _, before = subject(inquiry, at)
    if seen != version(before):
        raise Refused(CHANGED)
    answer, _ = Answer.objects.update_or_create(
        inquiry=inquiry, defaults=said | {"base": before.rows}
    )
    return answer


@transaction.atomic
def send(inquiry, at):
    """Send the draft, once. Raises Closed, and Refused where what it rests on changed."""
    inquiry = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    _, before = subject(inquiry, at)
    answer = Answer.objects.filter(inquiry=inquiry).first()
    if answer is None or snapshots.changes(answer.base, before.rows):
        raise Refused(CHANGED)
    answer.sent_at = at
    answer.save(update_fields=["sent_at"])
    return answer


def version(before):
    """What tells what the public reads from anything else it may read (str)."""
    return before._replace(pending=None).version


# What staff make of it


def compared(answer):
    """The differences.Versions of each value that the partner wants otherwise, and `logo`."""
    present = standing(answer.inquiry.model, answer.inquiry.key).present
    base, rows = _kept(answer)
    versions = differences.side_by_side(base, present, rows)
    now, mine = snapshots.by_row(present), snapshots.by_row(rows)
    changed = {path for change in snapshots.changes(base, rows) for path in change.paths}
    gone = {path: _taken_away(path, now, mine) for path in changed}
    found = (each._replace(gone=gone.get(each.path, ())) for each in versions)
    return [each for each in found if each.gone or each.mine != each.was]


def _taken_away(path, *sides):
    """What taking the value at `path` would take from the record though no word tells (tuple)."""
    texts = [rows.get(path[:2], {}).get(path.field) for rows in sides]
    is_rich = path.field and isinstance(_field_at(path), RichTextField)
    return tuple(plain.taken_away(*texts)) if is_rich and all(texts) else ()


def _field_at(path):
    return snapshots.model_of(path.model)._meta.get_field(path.field)


def _kept(answer):
    return [in_form_of_today(rows)[0] for rows in (answer.base, answer.rows)]


def take(answer, chosen, seen, by, at):
    """Make those of its corrections that are `chosen` (texts of Paths, "logo") a proposal.

    Returns the Answer of the door.
    """
    inquiry = answer.inquiry
    present = standing(inquiry.model, inquiry.key).present
    values = {
        change[:2]: {
            path.field: change.after[path.field] for path in change.paths if str(path) in chosen
        }
        for change in snapshots.changes(*_kept(answer))
    }
    figures = [taken for (kind, _), taken in values.items() if kind == Figure._meta.label_lower]
    if numbers := [taken for taken in figures if "value" in taken]:
        source = _source(answer, by, at)
        for taken in numbers:
            taken["source"] = source
    if "logo" in chosen and answer.logo:
        root = values.setdefault((inquiry.kind, inquiry.key), {})
        root |= _logo(answer, present[0]["fields"]["logo_alt"])
    rows, why = _with(present, values), f"Answer of the partner, {day_of(answer)}"
    offer = Offer(inquiry.model, inquiry.key, present, rows, seen, why=why)
    result = take_one(offer, TAKE, by, at)
    if not result.is_taken:
        forget_uploads(inquiry.model, inquiry.key, rows)
    return result


def day_of(answer):
    """The day on which it was sent, in words."""
    return PartialDate(_day(answer)).display()


def _day(answer):
    return timezone.localdate(answer.sent_at).isoformat()


def _source(answer, by, at):
    """The key of the Source that a number has which the partner corrected."""
    key = f"answer-{answer.pk.hex}"
    row = snapshots.new(
        Source,
        key,
        title=f"Answer of {answer.inquiry.title}, {day_of(answer)}"[:200],
        document=answer.source or "A letter to the society",
        read_on=_day(answer),
    )
    take_one(Offer(Source, key, rows=[row]), presses.SAVE_AT_ONCE, by, at)
    return key


def _logo(answer, alt):
    """What an organisation says of the logo, stored now; it goes again if it is not taken."""
    storage, content = Organisation._meta.get_field("logo").storage, bytes(answer.logo)
    width, height = Image.open(io.BytesIO(content)).size
    return {
        "logo": storage.save(logo_path(None, "logo.png"), ContentFile(content)),
        "logo_width": width,
        "logo_height": height,
        "logo_alt": alt or f"Logo of {answer.inquiry.title}"[:160],
        "logo_permission": f"{answer.logo_permission}, {day_of(answer)}"[:200],
        "logo_permission_until": "",
        "logo_source": f"Sent by the partner, {day_of(answer)}",
    }


def _beside(before, offer, by, at):
    """Into what waits already, which keeps its place; never past what is scheduled."""
    waiting = before.pending
    if waiting and waiting.is_scheduled:
        raise Refused(SCHEDULED)
    press = presses.SAVE_DRAFT if waiting is None or waiting.is_open else presses.HAND_IN
    return press.decide(before, offer, by, at)


TAKE = presses.SAVE_DRAFT._replace(decide=_beside, done="Taken into a proposal")


def confirm(answer, seen, by, at):
    """Note that the partner found the record right, where that is what it still says."""
    inquiry = answer.inquiry

    def unchanged(before, offer, by, at):
        if snapshots.changes(_kept(answer)[0], before.rows):
            raise Refused("The record was changed since the partner looked at it: compare them.")
        return before, ""

    def verify(offer, by, at):
        root = offer.model._base_manager.get(pk=offer.key)
        figures = getattr(root, "figures", None)
        for each in [root, *(figures.all() if figures else ())]:
            bookkeeping.verify(each, by, answer.sent_at, is_by_partner=True)

    press = Press("Confirmed", unchanged, beside=verify, begins_history=False)
    return take_one(Offer(inquiry.model, inquiry.key, seen=seen), press, by, at)

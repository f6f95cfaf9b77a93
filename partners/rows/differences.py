"""What changed, in words: each value that differs, old and new, with the names people know."""

import difflib
import re
from itertools import takewhile
from typing import NamedTuple

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import FileField
from django.utils.text import capfirst

from partners.models import Citation, Figure
from partners.models.sources import path_in_words, readers_name
from partners.rows import checks, snapshots
from partners.rows.snapshots import is_owner, model_of
from partners.values.dates import PartialDate
from partners.values.richtext import RichTextField, plain_text

NOTHING = "–"
#: What is kept about a record for staff alone.
INTERNAL = {
    "logo_height", "logo_permission", "logo_permission_until", "logo_source", "logo_width",
    "position", "review_days",
}  # fmt: skip
#: The field of a part that says to readers what it is; what other parts say is another record's.
TELLING = {"figures": "value", "identifiers": "value", "joint_works": "title", "names": "name"}
LONG = 40  # characters; longer texts show what differs within them
MANY = 300  # words and spaces; comparing all of more takes seconds
WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Difference(NamedTuple):
    """One value, before and after, in words."""

    path: snapshots.Path
    where: str
    before: str
    after: str

    @property
    def pieces(self):
        """The two texts as one: a list of (what: "same", "gone" or "new"; text)."""
        if min(len(self.before), len(self.after)) < LONG:
            return [("gone", self.before), ("new", self.after)]
        old, new = WORDS.findall(self.before), WORDS.findall(self.after)
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        pieces = [("same", "".join(old[:head]))]
        pieces += _compared(old[head : len(old) - tail], new[head : len(new) - tail])
        pieces.append(("same", "".join(old[len(old) - tail :])))
        return [(what, text) for what, text in pieces if text]


def _shared(old, new):
    """How many words both lists begin with."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
    return sum(1 for _ in same)


def _compared(old, new):
    """The pieces of two lists of words; of very long ones, frequent words are not looked for."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(new) > MANY)
    for what, i, j, k, end in matcher.get_opcodes():
        if what == "equal":
            yield "same", "".join(old[i:j])
        else:
            yield "gone", "".join(old[i:j])
            yield "new", "".join(new[k:end])


class Versions(NamedTuple):
    """One value in words: as it was, as somebody else made it, as somebody wants it."""

    path: snapshots.Path
    where: str
    was: str
    now: str
    mine: str
    #: What of `now` is not in `mine`, though no word tells: the links and lists of rich text.
    gone: tuple = ()

    @property
    def pieces(self):
        """What was and what somebody wants, as one text: see Difference."""
        return Difference(self.path, self.where, self.was, self.mine).pieces


def side_by_side(was, now, mine):
    """The Versions of every value that `now` or `mine` (lists of rows) changed since `was`."""
    touched = [*snapshots.changes(was, mine), *snapshots.changes(was, now)]
    paths = dict.fromkeys(path for change in touched for path in change.paths)
    whole = {path[:2] for path in paths if not path.field}
    versions = [snapshots.by_row(rows) for rows in (was, now, mine)]
    return [
        _versions(path, [rows.get(path[:2]) for rows in versions])
        for path in paths
        if not path.field or path[:2] not in whole
    ]


def _versions(path, fields):
    known = next(each for each in reversed(fields) if each is not None)
    place = where(snapshots.Change(path.model, path.pk, None, known), path)
    return Versions(path, place, *(_at(path, each) for each in fields))


def _at(path, fields):
    if path.field and fields is not None:
        return _in_words(path.model, path.field, fields.get(path.field))
    return _whole(path.model, fields)


def between(before, after):
    """The Differences between two lists of rows, whole parts that came or went as one each."""
    return [
        Difference(path, where(change, path), *in_words(change, path))
        for change in snapshots.changes(before, after)
        for path in change.paths
    ]


def additions(rows):
    """The Differences between nothing and a record (rows, its own first): all that it says."""
    root, *_ = rows
    empty = {
        name: type(value)() if isinstance(value, str | list | bool) else None
        for name, value in root["fields"].items()
    }
    return between([root | {"fields": empty}], rows)


def moved_without_source(before, after):
    """What the figures measure (list of str) whose value changed, but neither source nor date."""
    was, label = snapshots.by_row(before), Figure._meta.label_lower
    return [
        fields["measure"]
        for (model, key), fields in snapshots.by_row(after).items()
        if model == label
        and (old := was.get((model, key)))
        and old["value"] != fields["value"]
        and all(old[name] == fields[name] for name in ("source", "as_of"))
    ]


def for_readers(changes):
    """What the public is told of `changes` (list of snapshots.Change): sorted texts, each once.

    Old and new values where they are short and the record's own: "Members: 7,000 → 8,000". Nothing
    of what only staff see, and nothing that another record says.
    """
    describers = (_public_part if _is_part(change) else _public_fields for change in changes)
    return sorted(
        {
            text
            for describe, change in zip(describers, changes, strict=True)
            for text in describe(change)
        }
    )


def _is_part(change):
    return hasattr(model_of(change.model), "owners")


def _public_fields(change):
    model = model_of(change.model)
    for name in change.fields if model and not change.is_whole else ():
        if name not in INTERNAL and _has_field(model, name):
            known = (change.before[name], change.after[name]) if _is_plain(model, name) else ()
            words = [_in_words(change.model, name, value) for value in known]
            yield _old_and_new(readers_name(model, name, {}), *words)


def _public_part(change):
    model, known = model_of(change.model), change.after or change.before
    if not change.is_whole and set(change.fields) <= INTERNAL:
        return
    kinds = (field for field in model._meta.fields if is_owner(field))
    kind = next(field.remote_field.get_accessor_name() for field in kinds)
    words = [_told_by(kind, fields) for fields in (change.before, change.after)]
    label = known.get("measure") or readers_name(model, kind, {})
    yield _old_and_new(capfirst(label), *(words if change.is_whole or all(words) else ()))


def _told_by(kind, fields):
    """What a part says to readers; "" where it says nothing of its own, or its row lacks that."""
    value = (fields or {}).get(TELLING.get(kind))
    if value is None or kind != "figures":
        return value or ""
    figure = Figure(bound=fields.get("bound", Figure.Bound.AS_STATED), value=value)
    as_of = fields.get("as_of") and f" (as of {PartialDate(fields['as_of']).display()})"
    return f"{figure.bound_words}{figure.number}{as_of or ''}"


def _old_and_new(label, before="", after=""):
    is_told = before != after and max(len(before), len(after)) <= 2 * LONG
    return f"{label}: {before or NOTHING} → {after or NOTHING}" if is_told else label


def _has_field(model, name):
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False


def _is_plain(model, name):
    """Whether the values of the field can be set beside each other in a line."""
    field = model._meta.get_field(name)
    return not field.is_relation and not isinstance(field, RichTextField | FileField)


def where(change, path):
    """“Name”, or “Figure “1,000 members”: as of”."""
    model = model_of(change.model)
    field = capfirst(_field_name(model, path.field)) if path.field else ""
    if model and not hasattr(model, "owners"):
        return field or capfirst(model._meta.verbose_name)
    kind = capfirst(model._meta.verbose_name) if model else change.model
    title = _title(change)
    return ": ".join(filter(None, [f"{kind} {title}".strip(), field.lower()]))


def in_words(change, path):
    """The two values of the path in `change`, in words."""
    return tuple(_at(path, fields) for fields in (change.before, change.after))


def _whole(label, fields):
    if fields is None:
        return NOTHING
    model = model_of(label)
    shown = [
        f"{_field_name(model, name)}: {_in_words(label, name, given)}"
        for name, given in fields.items()
        if given not in (None, "", []) and given is not False and not _is_silent(model, name)
    ]
    return "; ".join(shown) or NOTHING


def _is_silent(model, name):
    """Whether the field only says where the part belongs and stands."""
    try:
        field = model._meta.get_field(name)
    except (AttributeError, FieldDoesNotExist):
        return False
    return name == "position" or snapshots.is_owner(field)


def _in_words(label, name, given):
    model = model_of(label)
    try:
        field = model._meta.get_field(name)
    except (AttributeError, FieldDoesNotExist):
        return str(given)
    if given is None or given == "" or given == []:
        return NOTHING
    if field.is_relation:
        keys = given if isinstance(given, list) else [given]
        return ", ".join(_record_title(field.related_model, key) for key in keys)
    if field.choices:
        return str(dict(field.flatchoices).get(given, given))
    if (model, name) == (Citation, "path"):
        return path_in_words(given)
    if isinstance(given, bool):
        return "Yes" if given else "No"
    if isinstance(field, RichTextField):
        return plain_text(given)
    try:
        value = field.to_python(given)
    except ValidationError:
        return str(given)
    if isinstance(value, PartialDate):
        return value.display()
    return f"{value:,}" if isinstance(value, int) else str(value)


def _record_title(model, key):
    record = model._base_manager.filter(pk=key).first()
    return str(record) if record else f"{key} (gone)"


def _title(change):
    """What the part calls itself, in quotation marks; "" where it cannot say."""
    try:
        part = checks.as_record(change._replace(after=change.after or change.before))
        return f"“{part.object}”"
    except snapshots.Refused:
        return ""


def _field_name(model, name):
    try:
        return str(model._meta.get_field(name).verbose_name)
    except (AttributeError, FieldDoesNotExist):
        return name

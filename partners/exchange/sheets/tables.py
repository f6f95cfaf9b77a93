"""Which sheets and columns a kind of record has, and what a cell says of a value.

The first sheet has a line for each record; each kind of part has a sheet of its own, whose first
column names the record that a line belongs to. Columns are the fields' own names.
"""

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import FileField

from partners.models.profile import IdentifierField
from partners.rows import snapshots
from partners.values.dates import PartialDate, PartialDateField, PartialDateFormField
from partners.values.lines import one_line
from partners.values.richtext import RichTextField, from_cell, left_out, refuse_empty_labels
from partners.values.validators import normal_identifier

#: A program may write 7000 as 7000.0; 7.000 is how some people write 7000, and others 7.
WHOLE_NUMBER = re.compile(r"(-?\d{1,18})(?:[.,]0{1,2})?", re.ASCII)
MOST_WORDS = 12
YES_OR_NO = dict.fromkeys(("yes", "y", "true", "1"), True)
YES_OR_NO |= dict.fromkeys(("no", "n", "false", "0"), False)


class Table(NamedTuple):
    """One sheet: the columns that say whose line it is, and those that say something (fields)."""

    name: str
    model: type[models.Model]
    identity: tuple
    fields: dict

    @property
    def columns(self):
        return [*self.identity, *self.fields]


def tables_of(model):
    """{name: Table} of a kind of root, its own sheet first."""
    name = str(model._meta.verbose_name_plural)
    tables = [Table(name, model, ("key", "version"), _said(model))]
    for part in snapshots.part_names(model):
        owner = model._meta.get_field(part).field
        tables.append(Table(part, owner.model, (owner.name, "id"), _said(owner.model)))
    return {table.name: table for table in tables}


def _said(model):
    """The fields that a person may fill in; an uploaded file is none that a cell can hold."""
    fields = [*model._meta.fields, *model._meta.many_to_many]
    return {
        field.name: field
        for field in fields
        if field.editable
        and not field.primary_key
        and field.name not in snapshots.PUBLICATION
        and not isinstance(field, FileField)
        and not snapshots.is_owner(field)
    }


def normal(table, fields):
    """`fields` (dict) of a row, in which identifiers are as their register writes them."""
    names = [name for name, field in table.fields.items() if isinstance(field, IdentifierField)]
    return fields | {name: normal_identifier(fields["scheme"], fields[name]) for name in names}


def shown(value):
    """What a cell says of the value of a row: a number, or text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return value


class Reading:
    """What cells mean, asked of the database once for each kind of record they may name.

    `new` are the keys of what the file brings, which may be named as well: {model: keys}.
    """

    def __init__(self, new):
        self.new, self.keys, self.labels = new, {}, {}
        #: What a person should know of the values read last, in sentences.
        self.notes = []

    def value(self, field, text):
        """The value for a row of what a cell says (str). Raises ValidationError."""
        if not isinstance(field, models.TextField):
            text = one_line(text)
        if text == "" and not field.many_to_many:
            return self._nothing(field)
        if field.choices:
            return self._choice(field, text)
        return next(read for kind, read in READERS if isinstance(field, kind))(self, field, text)

    def _nothing(self, field):
        if field.null:
            return None
        return "" if field.blank or not field.has_default() else field.get_default()

    def _choice(self, field, text):
        """The stored value, or the words that people read for it."""
        if field not in self.labels:
            keys = {str(key).casefold(): key for key, _ in field.flatchoices}
            self.labels[field] = keys | {
                str(name).casefold(): key for key, name in field.flatchoices
            }
        if text.casefold() in self.labels[field]:
            return self.labels[field][text.casefold()]
        read, words = field.to_python(text), dict(field.flatchoices)
        if read not in words:
            all_words = ", ".join(map(str, words.values()))
            hint = f" Write one of: {all_words}." if len(words) <= MOST_WORDS else ""
            raise ValidationError(f"“{text}” is not one of the choices.{hint}")
        self.notes.append(f"“{text}” is read as {words[read]} ({read}).")
        return read

    def key(self, field, text):
        model = field.related_model
        if model not in self.keys:
            stored = model._base_manager.values_list("pk", flat=True)
            self.keys[model] = {*stored, *self.new.get(model, ())}
        if text not in self.keys[model]:
            raise ValidationError(f"There is no {model._meta.verbose_name} with the key “{text}”.")
        return text

    def several_keys(self, field, text):
        return sorted({self.key(field, key) for each in text.split(",") if (key := each.strip())})

    def truth(self, field, text):
        number = WHOLE_NUMBER.fullmatch(text)
        word = number[1] if number else text.casefold()
        if word not in YES_OR_NO:
            raise ValidationError(f"“{text}” is neither “yes” nor “no”.")
        return YES_OR_NO[word]

    def number(self, field, text):
        match = WHOLE_NUMBER.fullmatch(text)
        if not match:
            raise ValidationError(f"“{text}” is not a whole number in digits, such as 7000.")
        return int(match[1])

    def date(self, field, text):
        number = WHOLE_NUMBER.fullmatch(text)
        try:
            return PartialDate.parse(number[1] if number else text).text
        except ValueError:
            sentence = PartialDateFormField.default_error_messages["invalid"]
            raise ValidationError(sentence, params={"typed": text}) from None

    def time(self, field, text):
        return field.to_python(text).isoformat()

    def rich_text(self, field, text):
        html, lost = from_cell(text)
        refuse_empty_labels(html)
        if lost:
            self.notes.append(left_out(lost))
        return html

    def text(self, field, text):
        return field.to_python(text)


#: Kind of field → how its cells are read; the first that fits.
READERS = [
    (models.ForeignKey, Reading.key),
    (models.ManyToManyField, Reading.several_keys),
    (models.BooleanField, Reading.truth),
    (models.IntegerField, Reading.number),
    (models.TimeField, Reading.time),
    (PartialDateField, Reading.date),
    (RichTextField, Reading.rich_text),
    (models.Field, Reading.text),
]

"""What the description of one kind of records is."""

from dataclasses import dataclass
from functools import cached_property

from partners.exchange.opendata.fields import Field, Part, object_schema

#: How many records are in memory while all are written.
AT_ONCE = 200


@dataclass(frozen=True)
class Kind:
    """One kind of records: where it is found, what narrows its list, and what each record says."""

    name: str
    one: str
    model: type
    form: type
    description: str
    fields: tuple
    #: The field of the model by which the address names a record.
    address: str = "slug"
    #: What is read together with the record.
    related: tuple = ()

    @cached_property
    def parts(self):
        return [each for each in self.fields if isinstance(each, Part)]

    def part(self, name):
        """The Part of that name."""
        return next(each for each in self.parts if each.name == name)

    @property
    def columns(self):
        """The fields that hold one value each."""
        return [each for each in self.fields if isinstance(each, Field)]

    @cached_property
    def names(self):
        return [each.name for each in self.fields]

    def schema(self, is_whole=True):
        return object_schema(self.fields, is_whole) | {"description": self.description}

    def with_related(self, queryset):
        """The queryset (or Found) with what is read together with each record."""
        # without names, all that a row refers to would be read
        return queryset.select_related(*self.related) if self.related else queryset

    @cached_property
    def _readers(self):
        return [part.reader(self.model) for part in self.parts]

    def read_parts(self, records, at):
        """Read the parts of `records` (list) as of `at`, those of one name in one query."""
        for read in self._readers if records else ():
            read(records, at)

    def say(self, record, at, names=()):
        """The record (dict) as of `at` (aware datetime): all fields, or those in `names`.

        Its parts were read.
        """
        return {
            each.name: each.read(record, at)
            for each in self.fields
            if not names or each.name in names
        }

    def everything(self, at):
        """Every public record of the kind at `at`, in the order of the list, without its parts."""
        return self.with_related(self._listed(at))

    def batches(self, at):
        """Every public record of the kind at `at` with its parts, some at a time: lists of them."""
        keys = list(self._listed(at).values_list("pk", flat=True))
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            found = self.everything(at).in_bulk(some)
            self.read_parts(list(found.values()), at)
            yield [found[key] for key in some if key in found]
            for record in found.values():  # it and its parts hold one another
                vars(record).clear()

    def _listed(self, at):
        form = self.form({}, at)
        form.full_clean()
        return form.results()

"""Bookkeeping beside the content, in rows that no fixture carries and no reload resets."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models
from django.db.models.fields.related_descriptors import ReverseOneToOneDescriptor
from django.utils import timezone

from partners.models.base import ROOTS, owner_constraint
from partners.models.renames import in_present_names
from partners.models.trigrams import FoldedField
from partners.values.lines import LineField

#: Of so many records of a kind each is looked at sooner than an index of all kinds.
FEW_ROOTS = 1500
#: Whether there are more. A key is never empty; of IS NOT NULL SQLite would not use the index.
MORE = "EXISTS(SELECT 1 FROM {table} WHERE {name}_id > '' LIMIT 1 OFFSET {few})"


class RowBeside(ReverseOneToOneDescriptor):
    """`root.record` and `root.verification`, also where there is no such row."""

    def __get__(self, instance, cls=None):
        try:
            return super().__get__(instance, cls)
        except self.RelatedObjectDoesNotExist:
            return self.related.related_model.absent(instance)


class BesideField(models.OneToOneField):
    """The record that a row stands beside; nothing but a one-to-one key to the database."""

    related_accessor_class = RowBeside

    def __init__(self, to, on_delete=models.CASCADE, **kwargs):
        super().__init__(to, on_delete, **{"related_name": "%(class)s", "null": True} | kwargs)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.OneToOneField", args, kwargs


class PerRecordRow(models.Model):
    """A row beside one record."""

    organisation = BesideField("partners.Organisation")
    collaboration = BesideField("partners.Collaboration")
    series = BesideField("partners.EventSeries")
    event = BesideField("partners.Event")
    page = BesideField("partners.Page")

    class Meta:
        abstract = True

    @classmethod
    def absent(cls, root):
        """What readers get of a `root` that has no such row: nothing, unless a model knows more."""


class Chore(models.Model):
    """When a command that must be run from time to time last came to its end."""

    command = models.CharField(max_length=50, primary_key=True)
    done_at = models.DateTimeField()

    def __str__(self):
        return f"{self.command} at {self.done_at}"


class ContentVersion(models.Model):
    """One row, whose token is another one after each committed change of what the public reads.

    The database keeps it by triggers: see `freshness`.
    """

    token = models.CharField(max_length=36)
    transaction = models.BigIntegerField(default=0, help_text="PostgreSQL's number of who set it.")

    def __str__(self):
        return self.token


class RecordQuerySet(models.QuerySet):
    def kinds_of_few(self):
        """The kinds (set of names) with so few roots that each can be looked at."""
        of_kinds = ", ".join(
            MORE.format(table=self.model._meta.db_table, name=name, few=FEW_ROOTS) for name in ROOTS
        )
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"SELECT {of_kinds}")
            return {name for name, more in zip(ROOTS, cursor.fetchone(), strict=True) if not more}


class Record(PerRecordRow):
    """What the machine knows of a root: how often and when it changed, and its search text."""

    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    #: Each name on a line of its own, every line ended and begun by a line break.
    names = FoldedField(default="")
    text = FoldedField(default="")
    #: The `folding.VERSION` that made both.
    folding = models.PositiveSmallIntegerField(default=0, db_default=0)
    #: Who is reminded of what is the matter with it; else the group that can mend it.
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = [owner_constraint("record")]

    def __str__(self):
        return f"version {self.version}"

    @classmethod
    def absent(cls, root):
        """Of a root that nobody was seen to write: unchanged since it was published, if it was."""
        now = timezone.now()
        return cls(changed_at=min(root.published_at or now, now))


class LinkRequest(models.Model):
    """That a link to choose a password was asked for: counted for an hour, and then deleted."""

    #: A keyed hash of the mail address that was typed, or of the network address it came from.
    key = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self):
        return f"asked for at {self.at}"


class WordField(models.CharField):
    """A folded word, compared by character on every database, so that a range is a beginning."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 60} | kwargs)

    def db_parameters(self, connection):
        collation = "C" if connection.vendor == "postgresql" else None
        return super().db_parameters(connection) | {"collation": collation}


class Word(models.Model):
    """A folded word that some record's search text holds; a typing error is compared with them."""

    text = WordField(primary_key=True)
    #: The same from its end, to find words by how they end.
    reversed = WordField(default="", db_index=True)

    def __str__(self):
        return self.text


class Verification(PerRecordRow):
    """That somebody compared a record, or one figure, with the world: who, when and how."""

    figure = models.OneToOneField(
        "partners.Figure", models.CASCADE, related_name="verification", null=True
    )
    verified_at = models.DateTimeField()
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    how = LineField(max_length=200, blank=True)
    is_by_partner = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [owner_constraint("verification", (*ROOTS, "figure"))]

    def __str__(self):
        return f"compared on {timezone.localdate(self.verified_at)}"


class LoadedRow(models.Model):
    """A row as a fixture last gave it: tells what staff have changed since."""

    model = models.CharField(max_length=100)
    object_key = models.CharField(max_length=80)
    fields = models.JSONField(
        null=True, encoder=DjangoJSONEncoder, help_text="Empty: it differed when this was begun."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "object_key"], name="loadedrow_one_a_row")
        ]

    def __str__(self):
        return f"{self.model} {self.object_key}"

    @property
    def rows(self):
        """The row under the present names, in a list; empty if it is not known."""
        row = {"model": self.model, "pk": self.object_key, "fields": self.fields}
        return [] if self.fields is None else in_present_names([row])

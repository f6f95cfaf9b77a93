"""Bookkeeping beside the content, in rows that no fixture carries and no reload resets."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from partners.lines import LineField
from partners.models.base import ROOTS, owner_constraint
from partners.trigrams import FoldedField


class Beside(models.Model):
    """A row beside one record."""

    organisation = models.OneToOneField(
        "partners.Organisation", models.CASCADE, related_name="%(class)s", null=True
    )
    collaboration = models.OneToOneField(
        "partners.Collaboration", models.CASCADE, related_name="%(class)s", null=True
    )
    series = models.OneToOneField(
        "partners.EventSeries", models.CASCADE, related_name="%(class)s", null=True
    )
    event = models.OneToOneField(
        "partners.Event", models.CASCADE, related_name="%(class)s", null=True
    )
    page = models.OneToOneField(
        "partners.Page", models.CASCADE, related_name="%(class)s", null=True
    )

    class Meta:
        abstract = True


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


class Record(Beside):
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

    class Meta:
        constraints = [owner_constraint("record")]

    def __str__(self):
        return f"version {self.version}"


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


class Verification(Beside):
    """That somebody compared a record, or one figure, with the world: who, when and how."""

    figure = models.OneToOneField(
        "partners.Figure", models.CASCADE, related_name="verification", null=True
    )
    verified_at = models.DateTimeField()
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    how = LineField(max_length=200, blank=True)

    class Meta:
        constraints = [owner_constraint("verification", (*ROOTS, "figure"))]

    def __str__(self):
        return f"compared on {timezone.localdate(self.verified_at)}"


class LoadedRow(models.Model):
    """A row as a fixture last gave it: tells what staff have changed since."""

    model = models.CharField(max_length=100)
    object_key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "object_key"], name="loadedrow_one_a_row")
        ]

    def __str__(self):
        return f"{self.model} {self.object_key}"

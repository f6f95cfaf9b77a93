"""The indexes that lists, feeds and foreign keys are read from."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest


def references(model, *fields):
    """Indexes of the foreign keys `fields`, each without the rows in which it is empty.

    An index that is mostly empty looks useless to SQLite, which then reads the whole table.
    """
    return [
        models.Index(
            fields=[field], name=f"{model}_by_{field}", condition=Q(**{f"{field}__isnull": False})
        )
        for field in fields
    ]


def listed(model, *columns):
    """The index that a list is read from: its order, and what decides who is in it."""
    columns = [*columns, "published_at", "withdrawn_at"]
    return models.Index(fields=columns, name=f"{model}_listed")


def withdrawals(model):
    """The index from which it is read what is to be withdrawn next; of most the time is empty."""
    there = Q(withdrawn_at__isnull=False)
    return models.Index(fields=["withdrawn_at"], name=f"{model}_withdrawn", condition=there)


class LastDay(models.Func):
    """The last day that the partial date of a column can be, as text to sort by ("2016-02-31").

    Constant text, without parameters: so an index of it serves the queries that say it.
    """

    template = "(%(expressions)s || substr('-12-31', length(%(expressions)s) - 3))"
    output_field = models.CharField(max_length=10)


#: The last of two days that are known; without parameters, so that an index of it is used.
LAST_DAY = Greatest("starts", "ends", output_field=models.CharField())


class InOrder(models.Func):
    """A moment, from which nothing but an order is read.

    SQLite would take an index of the column itself for every count of what is published, and read
    the table for what the index lacks.
    """

    template = "coalesce(%(expressions)s, %(expressions)s)"
    output_field = models.DateTimeField()


def latest(model, title):
    """The index from which the records that were published last are read, by `title` in a tie."""
    order = InOrder("published_at").desc()
    return models.Index(order, title, "key", name=f"{model}_latest")

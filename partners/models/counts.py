"""How many rows lead to a record, asked with the record itself: what has none is not read."""

from django.db.models import Expression, TextField


class Counts(Expression):
    """{name: number}: the rows that lead to a record of `model` by those related names.

    No more than `most` of each are looked at. The SQL is our own: to have Django write it takes as
    long as the queries that it saves.
    """

    COUNT = '(SELECT count(*) FROM (SELECT 1 FROM "{}" AS one WHERE {} LIMIT {}) AS counted)'
    LEADS = 'one."{}" = "{}"."{}"'

    def __init__(self, model, names, most):
        super().__init__(output_field=TextField())
        self.names, self.most = names, most
        self.owner = model._meta.db_table, model._meta.pk.column
        self.relations = [model._meta.get_field(name) for name in names]

    def as_sql(self, compiler, connection):
        counts = (
            self.COUNT.format(
                each.related_model._meta.db_table,
                self.LEADS.format(each.field.column, *self.owner),
                self.most,
            )
            for each in self.relations
        )
        return " || ' ' || ".join(("''", *counts)), []

    def convert_value(self, value, expression, connection):
        return dict(zip(self.names, map(int, value.split()), strict=True))

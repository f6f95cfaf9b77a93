"""How SQLite answers a query."""

from django.db import connection


def plan(query):
    """The steps (list of str) of a query that CaptureQueriesContext took down."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + query["sql"].replace("%", "%%"), [])
        return [step for *_, step in cursor.fetchall()]

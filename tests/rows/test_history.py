"""What history keeps of records that changed by other hands than those of staff."""

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import Revision, Term
from partners.rows import history

pytestmark = pytest.mark.django_db


def load(path, names):
    rows = [
        {"model": "partners.term", "pk": key, "fields": {"abbreviation": name, "expansion": name}}
        for key, name in names.items()
    ]
    path.write_text(json.dumps(rows))
    call_command("loaddata", str(path), verbosity=0)


def test_loading_asks_as_often_for_many_records_as_for_few(tmp_path):
    def queries(count):
        old, new = (
            {f"{kind}-{count}-{each}": f"{kind} {count} {each}" for each in range(count)}
            for kind in ("old", "new")
        )
        load(tmp_path / "old.json", old)
        history.record_all(Term, list(old), None, "Published")
        Term.objects.filter(key__in=old).update(expansion="Written by plain SQL")
        with CaptureQueriesContext(connection) as captured:
            load(tmp_path / "new.json", new)
        assert Revision.objects.filter(what=history.OUTSIDE).count() == count
        Term.objects.all().delete()
        Revision.objects.all().delete()
        return len(captured)

    assert queries(3) == queries(40)

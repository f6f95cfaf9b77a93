"""The invented records are the same in every run, and stored as the application would have."""

import pytest
from django.core.serializers import serialize

from partners import models
from partners.rows import bookkeeping
from tests.benchmarks.generate import ORDER, fill, prepare
from tests.benchmarks.invented import Invented

pytestmark = pytest.mark.django_db


def rows(numbers):
    return serialize("json", [row for number in numbers for row in Invented(number).rows()])


def test_same_number_invents_the_same_records():
    assert rows(range(1, 8)) == rows(range(1, 8))


def test_every_kind_of_record_is_invented():
    assert {type(row) for number in range(1, 8) for row in Invented(number).rows()} == {*ORDER}


@pytest.mark.slow("sweep")
def test_filling_goes_on_where_it_ended():
    prepare()
    fill(20)
    fill(24)
    fill(24)
    assert models.Organisation.objects.count() == 24
    assert models.Organisation.objects.filter(key__startswith="generated-").count() == 7


@pytest.mark.slow("sweep")
def test_bookkeeping_beside_invented_records_is_as_after_a_save():
    prepare()
    fill(20)
    kept = {record.pk: record for record in models.Record.objects.all()}
    words = set(models.Word.objects.values_list("text", flat=True))
    models.Word.objects.all().delete()
    for model in filter(lambda model: issubclass(model, models.Root), ORDER):
        for root in model.objects.all():
            bookkeeping.refresh(root)
    for record in models.Record.objects.exclude(page__isnull=False):
        before = kept[record.pk]
        assert (record.names, record.text) == (before.names, before.text)
        assert record.version == before.version + 1
    assert words >= set(models.Word.objects.values_list("text", flat=True))

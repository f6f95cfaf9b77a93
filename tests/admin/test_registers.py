"""An organisation stands beside its register record; what is ticked becomes a draft."""

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from partners.care import registers
from partners.models import Organisation, PendingChange, Source
from partners.values import ror
from tests import factories as make
from tests.ror_records import record, ror_id, written

pytestmark = pytest.mark.django_db


def test_what_is_ticked_becomes_a_draft(admin_client, tmp_path):
    registers.add(ror.described(record()), None, timezone.now())
    Organisation.objects.update(published_at=make.LONG_AGO)
    organisation = Organisation.objects.get()
    number = {"type": "wikidata", "all": ["Q42"], "preferred": None}
    differing = record(established=1960, external_ids=[number], status="withdrawn")
    call_command("compare_register", written(tmp_path / "a.json", differing), verbosity=0)
    address = reverse("admin:partners_organisation_register", args=[organisation.pk])
    page = admin_client.get(address).content.decode()
    assert page.count('name="take"') == 2
    assert "withdrawn from the register" in page
    admin_client.post(address)
    assert not PendingChange.objects.exists()
    ticked = [name for name in (f"{ror_id(1)}-{place}" for place in range(3)) if name in page]
    answer = admin_client.post(address, {"take": ticked}, follow=True)
    assert "Saved as a draft" in answer.content.decode()
    rows = PendingChange.objects.get().rows
    assert rows[0]["fields"]["founded"] == "1960"
    numbers = [row["fields"] for row in rows if row["model"] == "partners.identifier"]
    assert ("wikidata", "Q42") in {(each["scheme"], each["value"]) for each in numbers}
    cited = [row["fields"] for row in rows if row["model"] == "partners.citation"]
    assert [each["source"] for each in cited if each["path"] == "founded"] == ["ror", "ror"]


def test_form_makes_a_draft_of_a_record(admin_client, tmp_path):
    address = reverse("admin:partners_organisation_from_register")
    assert "Its record in ROR" in admin_client.get(address).content.decode()
    with written(tmp_path / "one.json", record(3)).open("rb") as file:
        admin_client.post(address, {"file": file})
    assert Organisation.objects.get().name == "Society of Rays 3"
    assert Source.objects.get(pk="ror").url == "https://ror.org/"
    (tmp_path / "old.json").write_text('{"name": "old"}')
    with (tmp_path / "old.json").open("rb") as file:
        answer = admin_client.post(address, {"file": file})
    assert "This cannot be read: it is no record" in answer.content.decode()

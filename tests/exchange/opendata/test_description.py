"""The description of the API holds: a program that knows nothing else asks it a thousand things."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from partners.exchange.opendata.kinds import KINDS
from tests.exchange.opendata.reading import document

SEED, CASES = "117", 1_000
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


@pytest.mark.parametrize("kind", KINDS)
def test_whole_answer_has_every_field(client, content, kind):
    validator = jsonschema_rs.Draft202012Validator(KINDS[kind].schema(), validate_formats=True)
    records = client.get(f"/api/v1/{kind}/").json()["results"]
    assert records
    assert [str(error) for record in records for error in validator.iter_errors(record)] == []


def test_description_describes_every_address(client, content):
    said = client.get("/api/v1/openapi.json").json()
    assert said["openapi"] == "3.1.0"
    assert set(said["paths"]) == {
        address for kind in KINDS for address in (f"/api/v1/{kind}/", f"/api/v1/{kind}/{{slug}}/")
    }


def test_document_is_as_its_schema_says(client, content):
    schema = json.loads(client.get("/data/partners.schema.json").getvalue())
    said = document(client)
    assert said["$schema"] == schema["$id"]
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert [str(error) for error in validator.iter_errors(said)] == []
    said["organisations"][0]["founded"] = "May 2016"
    assert not validator.is_valid(said)


@pytest.mark.slow("fuzzing")
@pytest.mark.django_db(transaction=True)
def test_nothing_that_the_description_allows_or_forbids_is_a_surprise(
    content, live_server, settings, tmp_path
):
    settings.SITE_URL = live_server.url
    done = subprocess.run(  # noqa: S603 — our own address
        [
            SCHEMATHESIS, "run", f"{live_server.url}/api/v1/openapi.json", "--seed", SEED,
            "--max-examples", "60", "--generation-database", "none", "--no-color",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "No issues found" in done.stdout
    generated, passed = re.search(r"(\d+) generated, (\d+) passed", done.stdout).groups()
    assert int(generated) == int(passed) >= CASES

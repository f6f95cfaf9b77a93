"""Every public page is valid HTML: the checker of the HTML standard (vnu) has nothing to say."""

import json
import os
import shutil
import subprocess
from types import SimpleNamespace

import pytest
from django.conf import settings

pytestmark = pytest.mark.any_database

#: It runs for a second or two: its code is best compiled once, and quickly. Such code needs a
#: larger stack than the usual one.
JAVA = ["-XX:TieredStopAtLevel=1", "-Xss2m"]
JAR = os.environ.get("VNU") or settings.BASE_DIR / "var" / "vnu.jar"


@pytest.fixture
def messages(client, tmp_path):
    """messages(paths) → what vnu says of the pages there, each with the address."""
    java = shutil.which("java")
    if not (java and os.path.exists(JAR)):  # noqa: PTH110 — a text or a path
        pytest.skip("no HTML checker: install Java and npm, and call `make vnu`")

    def messages(paths):
        names = {f"page-{place}.html": path for place, path in enumerate(paths)}
        for name, path in names.items():
            (tmp_path / name).write_bytes(client.get(path).content)
        command = [java, *JAVA, "-jar", str(JAR), "--format", "json", *names]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 — the checker, on our own pages
        said = json.loads(done.stderr)["messages"]
        return [
            (names[each["url"].rpartition("/")[2]], each["message"], each.get("extract"))
            for each in said
        ]

    return messages


def test_every_page_is_valid(messages, paths):
    assert messages(paths) == []


def test_every_page_is_valid_with_a_crowd(messages, crowd):
    assert messages(crowd) == []


def test_checker_finds_what_is_wrong(messages, content, monkeypatch):
    broken = SimpleNamespace(clean=lambda html: "<p><b>not closed")
    monkeypatch.setattr("partners.values.richtext.CLEANER", broken)
    assert messages(["/organisations/esr/"])

"""Where static files are is worked out once."""

import json
import re

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from partners.serving.static_files import StaticFiles

#: How templates and code name one.
NAMED = re.compile(r"""(?:\{% static |\bstatic\()["']([^"']+)["']""")


@pytest.fixture
def storage(tmp_path):
    paths = {"css/base.css": "css/base.0123.css"}
    (tmp_path / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": paths}))
    return StaticFiles(location=tmp_path)


def test_address_of_a_file_has_its_hash(storage):
    assert storage.url("css/base.css") == "/static/css/base.0123.css"


def test_address_is_worked_out_once(storage):
    first = storage.url("css/base.css")
    storage.hashed_files.clear()
    assert storage.url("css/base.css") is first


def test_file_that_is_missing_is_refused_each_time(storage):
    for _ in range(2):
        with pytest.raises(ValueError, match="Missing staticfiles manifest entry"):
            storage.url("css/none.css")


def test_every_file_that_is_named_is_there():
    """Else a page says 500 in production alone, where the manifest is asked."""
    folders = [("templates", "*.html"), ("partners", "*.html"), ("partners", "*.py")]
    paths = [each for folder, name in folders for each in (settings.BASE_DIR / folder).rglob(name)]
    named = {name for path in paths for name in NAMED.findall(path.read_text())}
    assert {"css/embed.css", "img/favicon.ico"} <= named
    assert [name for name in sorted(named) if not finders.find(name)] == []

"""Where static files are is worked out once."""

import json

import pytest

from partners.serving.static_files import StaticFiles


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

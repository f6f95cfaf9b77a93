"""Languages are stored as tags, whatever of it people write."""

import pytest
from django.core.exceptions import ValidationError

from partners.values.languages import language_tag, validate_language_tag


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("", ""),
        ("de", "de"),
        (" DE ", "de"),
        ("en_gb", "en-GB"),
        ("EN-us", "en-US"),
        ("zh-hant-hk", "zh-Hant-HK"),
        ("ES-419", "es-419"),
        ("gsw", "gsw"),
        ("German", "de"),
        ("français", "fr"),
        ("Portuguese", "pt"),
    ],
)
def test_tag_is_written_in_one_way(typed, tag):
    assert language_tag(typed) == tag
    if tag:
        validate_language_tag(tag)


@pytest.mark.parametrize(
    "typed", ["d", "Klingon", "de-", "de-AUT", "en GB", "x-private", "1", "es-٤١٩"]
)
def test_what_is_no_tag_is_refused_with_an_example(typed):
    with pytest.raises(ValidationError, match="Write “de” for German"):
        validate_language_tag(language_tag(typed))

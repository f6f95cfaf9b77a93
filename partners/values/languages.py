"""Languages by their tags (BCP 47), as browsers, screen readers and registers know them.

Of what RFC 5646, section 2.1, allows this takes a language with a script and a region, in the case
of section 2.1.1: “de”, “en-GB”, “zh-Hant-HK”. Those who write a name of a language mean its tag.
"""

import re
from itertools import product

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.db.models import CharField, CheckConstraint, Q

from partners.values.lines import LineField, Shaped, one_line

TAG = re.compile(r"([a-z]{2,3})(-[a-z]{4})?(-(?:[a-z]{2}|\d{3}))?", re.IGNORECASE | re.ASCII)
#: “german” and “deutsch” → “de”.
NAMES = {
    info[name].casefold(): code
    for code, info in LANG_INFO.items()
    for name in ("name", "name_local")
    if name in info and TAG.fullmatch(code)
}
NO_TAG = (
    "“%(value)s” is no tag of a language. Write “de” for German, “fr” for French or “en-GB” for "
    "British English."
)


def language_tag(typed):
    """The tag (str) as it is stored, if that is what was typed or named; else what was typed."""
    text = one_line(typed)
    text = NAMES.get(text.casefold(), text)
    if not (found := TAG.fullmatch(text.replace("_", "-"))):
        return text
    language, script, region = found.groups(default="")
    return f"{language.lower()}{script.title()}{region.upper()}"


def validate_language_tag(value):
    if not TAG.fullmatch(value):
        raise ValidationError(NO_TAG, params={"value": value})


class LanguageField(LineField):
    """The tag of a language; "" where none is stated."""

    clean_text = staticmethod(language_tag)
    default_validators = [validate_language_tag]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 12, "blank": True} | kwargs)

    def formfield(self, **kwargs):
        """What is typed may be a name."""
        return super().formfield(**{"max_length": 80} | kwargs)


@CharField.register_lookup
class IsLanguageTag(Shaped):
    """`column__is_language_tag=True`: empty, or shaped as a tag."""

    lookup_name = "is_language_tag"
    languages = ["[a-z][a-z]", "[a-z][a-z][a-z]"]
    scripts = ["", "-[A-Z][a-z][a-z][a-z]"]
    regions = ["", "-[A-Z][A-Z]", "-[0-9][0-9][0-9]"]
    shapes = ["", *map("".join, product(languages, scripts, regions))]


def tag_constraint(model, column):
    """CheckConstraint: the database takes nothing but tags of languages."""
    return CheckConstraint(
        name=f"{model}_{column}_is_language_tag",
        condition=Q(**{f"{column}__is_language_tag": True}),
        violation_error_code=column,
        violation_error_message="Write the tag of a language, such as “de” or “en-GB”.",
    )

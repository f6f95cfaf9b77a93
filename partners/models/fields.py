"""Fields that several models have: how each is checked, stored and asked for."""

import re
from functools import lru_cache

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django_countries import countries
from django_countries.fields import CountryDescriptor
from django_countries.fields import CountryField as AnyCountryField

from partners.values.lines import Clean, CleanField, LineField
from partners.values.sorting import COLLATIONS
from partners.values.validators import NOT_WHOLE, country_code, validate_web_address, whole_address

SCHEME = re.compile(r"https?://", re.IGNORECASE)


class TitleField(LineField):
    """A short text that lists are ordered by, as a reader expects: see `sorting`."""

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "partners.models.fields.TitleField", args, kwargs

    def db_parameters(self, connection):
        collation = COLLATIONS[connection.vendor]
        return super().db_parameters(connection) | {"collation": collation}


class WebAddressFormField(Clean, forms.URLField):
    """Takes what the model takes, and answers with the same sentences."""

    clean_text = staticmethod(whole_address)
    default_error_messages = {"invalid": NOT_WHOLE}
    default_validators = [validate_web_address]


class WebAddressField(CleanField, models.URLField):
    """A whole web address, http or https; "" where none is known."""

    clean_text = staticmethod(whole_address)
    default_validators = [validate_web_address]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 1000, "blank": True} | kwargs)

    def formfield(self, **kwargs):
        shown = {"form_class": WebAddressFormField, "assume_scheme": "https"}
        return super().formfield(**shown | kwargs)

    def get_db_prep_save(self, value, connection):
        """Whoever saves it, nothing else becomes a link. Raises ValidationError."""
        value = self.cleaned(value)
        if isinstance(value, str) and value and not SCHEME.match(value):
            raise ValidationError(NOT_WHOLE)
        return super().get_db_prep_save(value, connection)


class CountryOnce(CountryDescriptor):
    """Makes one Country a code: the library looks it up among all each time a field is read."""

    @lru_cache(maxsize=500)  # noqa: B019 — there is one for each field, as long as the process
    def country(self, code):
        return super().country(code)


class CountryField(AnyCountryField):
    """A country by its ISO 3166-1 code of two letters; reads what people write for it as well."""

    descriptor_class = CountryOnce

    def to_python(self, value):
        return country_code(super().to_python(value) or "")

    def validate(self, value, instance):
        """The library names all countries for each one it checks: it is asked of the others."""
        if countries.alpha2(value) != value:
            super().validate(value, instance)


class ReviewDaysField(models.PositiveSmallIntegerField):
    """How long a verification holds; None: as long as the settings say for its kind."""

    default_validators = [
        MinValueValidator(1, "Write a number of days, at least 1."),
        MaxValueValidator(3650, "Ten years (3650 days) is the longest."),
    ]

    def __init__(self, *args, **kwargs):
        shown = {
            "verbose_name": "days until the next review",
            "help_text": "How long it stays verified. Empty: as usual for its kind.",
        }
        super().__init__(*args, **shown | {"null": True, "blank": True} | kwargs)


class PositionField(models.PositiveSmallIntegerField):
    """Where a row stands among its like, small numbers first; as large on every database."""

    default_validators = [MaxValueValidator(32767, "Write a number up to %(limit_value)s.")]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"default": 0} | kwargs)

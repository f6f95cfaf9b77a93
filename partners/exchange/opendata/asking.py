"""What a request to the API may hold, beside the filters of its list."""

from django import forms
from django.core.exceptions import ValidationError

MOST_A_PAGE = 100
USUAL_A_PAGE = 50
MOST_PAGES = 1_000_000


class Repeated(forms.TextInput):
    """What was given once or more often, as one text parted by commas."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name, "")]
        return ",".join(values)


class FieldsField(forms.CharField):
    """Names of fields, parted by commas or given one by one; as a list.

    `names` are those that there are. Clients made from our description give them one by one.
    """

    widget = Repeated

    def __init__(self, names):
        super().__init__(required=False)
        self.names = names

    def clean(self, value):
        asked = [name for name in super().clean(value).split(",") if value]
        unknown = [name for name in asked if name not in self.names]
        if unknown:
            raise ValidationError(
                f"“{unknown[0]}” is no field. There are: {', '.join(self.names)}."
            )
        if len(set(asked)) < len(asked):
            raise ValidationError("Name each field once in “fields”.")
        return asked


def whole_number(name, most):
    sentence = f"“{name}” must be a whole number from 1 to {most}."
    return forms.IntegerField(
        required=False,
        min_value=1,
        max_value=most,
        error_messages=dict.fromkeys(["invalid", "min_value", "max_value"], sentence),
    )


class RecordForm(forms.Form):
    """How one record is to be answered."""

    def __init__(self, data, kind):
        super().__init__(data)
        self.fields["fields"] = FieldsField(kind.names)


class PageForm(RecordForm):
    """How a list is to be answered."""

    page = whole_number("page", MOST_PAGES)
    page_size = whole_number("page_size", MOST_A_PAGE)


def complaints(query, *forms):
    """What is wrong with a QueryDict that `forms` are to answer: sentences, none if all is well.

    An address says each thing once, names of fields apart, and nothing that would be passed over in
    silence.
    """
    names = [name for form in forms for name in form.fields]
    unknown = [
        f"“{name}” is no parameter here. There are: {', '.join(names) or 'none'}."
        for name in query
        if name not in names
    ]
    lists = {
        name
        for form in forms
        for name, field in form.fields.items()
        if isinstance(field, FieldsField)
    }
    twice = [
        f"“{name}” is given more than once."
        for name, values in query.lists()
        if len(values) > 1 and name not in lists
    ]
    empty = [f"“{name}” is empty. Leave it out." for name in query if not query[name]]
    wrong = [sentence for form in forms for errors in form.errors.values() for sentence in errors]
    return [*unknown, *twice, *empty, *wrong]

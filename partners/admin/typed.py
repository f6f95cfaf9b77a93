"""What a person typed, shown again: where it cannot be saved, each mistake is named."""

from typing import NamedTuple

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.formsets import TOTAL_FORM_COUNT
from django.utils.text import capfirst


class VersionedForm(forms.ModelForm):
    """Can be shown again with what was typed, without being saved: see keep-typing.js."""

    def _post_clean(self):
        super()._post_clean()
        try:
            self.instance.clean_typed()
        except forms.ValidationError as error:
            self._update_errors(error)

    @property
    def is_again(self):
        """Whether it is only shown again: nobody pressed a button that stores it."""
        return "_again" in self.data or "_more" in self.data

    def is_valid(self):
        return not self.is_again and super().is_valid()

    @property
    def errors(self):
        """None where it is only shown again: nothing is wrong yet."""
        return forms.utils.ErrorDict() if self.is_again else super().errors


class Mistake(NamedTuple):
    """A sentence, the name of its field in words, and the id of its place on the page."""

    place: str
    where: str
    sentence: str


def mistakes(form, parts=()):
    """[Mistake] of a form and its InlineAdminFormSets `parts`, in the order of the page."""
    if not form.is_bound or getattr(form, "is_again", False):
        return []
    found = list(_of_form(form))
    for part in parts:
        noun = part.opts.verbose_name
        heading = f"{part.formset.prefix}-heading"
        plural = capfirst(part.opts.verbose_name_plural)
        found += [Mistake(heading, plural, each) for each in part.formset.non_form_errors()]
        for number, row in enumerate(part.formset.forms, start=1):
            found += _of_form(row, f"{noun} {number}", heading)
    return found


def _of_form(form, row="", heading=""):
    places = [*form.fields, NON_FIELD_ERRORS]
    for name, sentences in sorted(form.errors.items(), key=lambda each: places.index(each[0])):
        if name == NON_FIELD_ERRORS or name not in form.fields:
            place, where = heading, capfirst(row)
        else:
            place, where = _id_of(form[name]), capfirst(form[name].label)
            where = f"{where}, {row}" if row else where
        yield from (Mistake(place, where, sentence) for sentence in sentences)


def _id_of(field):
    """The id of the first control of a BoundField."""
    return field.id_for_label or f"{field.auto_id}_0"


def begin_at(form):
    """The first field has the focus when the page opens."""
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True


class NamedMistakes:
    """A form of the admin that lists what is wrong with links, or begins at its first field."""

    change_form_template = "admin/partners/change_form.html"

    def render_change_form(self, request, context, *args, **kwargs):
        form, parts = context["adminform"].form, context["inline_admin_formsets"]
        suggest = [self, *(part.opts for part in parts)]
        context |= {
            "errors": None,
            "mistakes": mistakes(form, parts),
            "suggests": any(each.get_autocomplete_fields(request) for each in suggest),
        }
        if kwargs.get("add") and not form.is_bound:
            begin_at(form)
        return super().render_change_form(request, context, *args, **kwargs)


def with_one_row_more(posted):
    """What was posted (QueryDict); if “_more” is pressed, with a row more of “_more_of”."""
    number = f"{posted.get('_more_of')}-{TOTAL_FORM_COUNT}"
    if "_more" not in posted or not posted.get(number, "").isdecimal():
        return posted
    posted = posted.copy()
    added, posted[number] = posted[number], str(int(posted[number]) + 1)
    posted[f"{posted['_more_of']}-{added}-position"] = "0"  # as it begins: the row may stay empty
    return posted

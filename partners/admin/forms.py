"""What is said beside a root when it is saved, and boxes that take the words of people."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from partners.admin.typed import VersionedForm
from partners.values.dates import PartialDate, PartialDateFormField, TimeOfDayFormField
from partners.values.validators import validate_moment


def validate_coming(moment):
    """Refuse a moment that is no date of ours, or past."""
    validate_moment(moment)
    if moment <= timezone.now():
        raise forms.ValidationError("This moment is past. Choose a later one.")


class DayFormField(PartialDateFormField):
    """One text box; takes what `PartialDate.parse` reads, if it names a day: a datetime.date."""

    default_error_messages = {
        "invalid": "“%(typed)s” is not a day we can read. Write it as “3 May 2027” or “2027-05-03”."
    }

    def to_python(self, value):
        day = super().to_python(value)
        if not day:
            return None
        if day.precision != "day":
            raise ValidationError(self.error_messages["invalid"], "invalid", {"typed": value})
        return day.earliest

    def prepare_value(self, value):
        return in_words(value) if hasattr(value, "isoformat") else value


def in_words(day):
    """A datetime.date as people read it: “3 May 2027”."""
    return PartialDate(day.isoformat()).display()


class Ticks(forms.CheckboxSelectMultiple):
    """Many of a few: every choice is in sight, with its own box."""

    template_name = "admin/partners/includes/ticks.html"

    def create_option(self, *args, **kwargs):
        """Help is about all boxes: none of them points at it."""
        option = super().create_option(*args, **kwargs)
        option["attrs"].pop("aria-describedby", None)
        return option


class MomentWidget(forms.SplitDateTimeWidget):
    """A day and a time, each in a box with its name."""

    template_name = "admin/partners/includes/moment.html"

    def __init__(self, attrs=None):
        forms.MultiWidget.__init__(
            self, [forms.TextInput({"size": 16}), forms.TextInput({"size": 6})], attrs
        )

    def decompress(self, value):
        day, time = super().decompress(value)
        return [day and in_words(day), time and f"{time:%H:%M}"]


class FutureDateTimeField(forms.SplitDateTimeField):
    """A moment to come, in the site's time zone; or none."""

    widget = MomentWidget
    default_error_messages = {
        "invalid_date": "Write the day as well, such as “3 May 2027”.",
        "invalid_time": "Write the time as well, such as 9:00.",
    }

    def __init__(self, **kwargs):
        super().__init__(required=False, validators=[validate_coming], **kwargs)
        self.fields = (DayFormField(required=False), TimeOfDayFormField(required=False))


class RootForm(VersionedForm):
    why = forms.CharField(
        label="Why this change",
        max_length=300,
        required=False,
        help_text="Optional. Colleagues read it in the history.",
    )
    publish_at = FutureDateTimeField(label="Publish on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "publish_at" in self.fields:
            zone = timezone.get_current_timezone_name()
            self.fields["publish_at"].help_text = f"As “3 May 2027” and “9:00”, time of {zone}."

    def clean(self):
        super().clean()
        asked = "_schedule" in self.data and "publish_at" not in self.errors
        if asked and not self.cleaned_data.get("publish_at"):
            self.add_error("publish_at", "Say when: write a day and a time.")

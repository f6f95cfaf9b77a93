"""What is said beside a root when it is saved, and boxes that take the words of people."""

from django import forms
from django.utils import timezone

from partners.admin.typed import VersionedForm
from partners.values.dates import TimeOfDayFormField
from partners.values.days import DayFormField, in_words
from partners.values.validators import validate_moment


def validate_coming(moment):
    """Refuse a moment that is no date of ours, or past."""
    validate_moment(moment)
    if moment <= timezone.now():
        raise forms.ValidationError("This moment is past. Choose a later one.")


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

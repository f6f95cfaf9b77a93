"""What is said beside a root when it is saved."""

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.utils import timezone

from partners.admin.versioned import VersionedForm
from partners.values.validators import validate_moment


def validate_coming(moment):
    """Refuse a moment that is no date of ours, or past."""
    validate_moment(moment)
    if moment <= timezone.now():
        raise forms.ValidationError("This moment is past. Choose a later one.")


class FutureDateTimeField(forms.SplitDateTimeField):
    """A moment to come, in the site's time zone; or none."""

    widget = AdminSplitDateTime

    def __init__(self, **kwargs):
        super().__init__(required=False, validators=[validate_coming], **kwargs)


class RootForm(VersionedForm):
    why = forms.CharField(
        label="Why",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Optional: what the change is about. Colleagues read it in the history.",
    )
    publish_at = FutureDateTimeField(label="Publish on")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "publish_at" in self.fields:
            zone = timezone.get_current_timezone_name()
            self.fields["publish_at"].help_text = f"Time of {zone}, for “Publish on …”."

    def clean(self):
        super().clean()
        asked = "_schedule" in self.data and "publish_at" not in self.errors
        if asked and not self.cleaned_data.get("publish_at"):
            self.add_error("publish_at", "Say when: choose a day and a time.")

"""Colleagues: invited by mail, in a group, never handed a password."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import Group, User
from django.utils.crypto import get_random_string

from partners.admin.base import PlainAddresses

admin.site.unregister([Group, User])


class InvitationForm(forms.ModelForm):
    """A new colleague: who they are and what they may do. They choose their own password."""

    email = forms.EmailField(help_text="The invitation goes here.")
    groups = forms.ModelMultipleChoiceField(
        Group.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Editors write; publishers decide what the public sees.",
    )

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "groups"]

    def clean_email(self):
        email = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exists():
            raise forms.ValidationError(
                "Somebody with this address has an account already. Open that account instead."
            )
        return email

    def save(self, commit=True):
        self.instance.is_staff = True
        self.instance.set_password(get_random_string(40))
        return super().save(commit)


@admin.register(Group)
class PermissionsAdmin(PlainAddresses, GroupAdmin):
    """What the members of a group may do; for operators."""


@admin.register(User)
class ColleagueAdmin(PlainAddresses, UserAdmin):
    list_display = ["username", "first_name", "last_name", "email", "is_active", "last_login"]
    add_form = InvitationForm
    add_fieldsets = [(None, {"fields": InvitationForm.Meta.fields})]
    add_form_template = "admin/partners/invite.html"
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email"]}),
        ("What they may do", {"fields": ["is_active", "groups"]}),
    ]
    superuser_fieldsets = [
        *fieldsets,
        ("For operators", {"fields": ["is_staff", "is_superuser", "user_permissions", "password"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        if obj and request.user.is_superuser:
            return self.superuser_fieldsets
        return super().get_fieldsets(request, obj)

    def has_change_permission(self, request, obj=None):
        """Only operators touch the account of an operator."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            self._invite(request, form.instance)

    def _invite(self, request, user):
        """Mail the link by which the colleague chooses a password."""
        form = PasswordResetForm({"email": user.email})
        form.is_valid()
        form.save(
            request=request,
            use_https=request.is_secure(),
            subject_template_name="registration/invitation_subject.txt",
            email_template_name="registration/invitation_email.txt",
        )
        self.message_user(request, f"The invitation was sent to {user.email}.", messages.SUCCESS)

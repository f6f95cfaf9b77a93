"""Colleagues: invited by mail, in a group, never handed a password."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import ManyToManyField, Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.text import capfirst
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from partners.accounts import access, guessing, links
from partners.accounts.groups import EDITORS, PUBLISHERS
from partners.admin.base import ReadOnly, SafeLookups
from partners.admin.forms import Ticks
from partners.admin.typed import NamedMistakes

TICKED = {ManyToManyField: {"widget": Ticks}}
OURS = Q(name__in=[EDITORS, PUBLISHERS])

# The apps of one-time codes would show their secrets; ColleagueAdmin has what operators need.
admin.site.unregister([Group, User, TOTPDevice, StaticDevice])


class InvitationForm(forms.ModelForm):
    """A new colleague: who they are and what they may do. They choose their own password."""

    email = forms.EmailField(label="Mail address", help_text="The invitation goes here.")
    groups = forms.ModelMultipleChoiceField(
        Group.objects.filter(OURS),
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


class AccountForm(UserChangeForm):
    """Django's, in our words, without its note about passwords, at which nothing can point."""

    HELP = {
        "password": "",
        "is_active": "Not ticked: this person cannot log in. Nothing is deleted.",
        "is_staff": "May log in here.",
        "is_superuser": "An operator: may do everything.",
        "groups": "Editors write; publishers decide what the public sees.",
        "user_permissions": "Beside what the groups allow.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.HELP.keys() & self.fields.keys():
            self.fields[name].help_text = self.HELP[name]


@admin.register(Group)
class PermissionsAdmin(SafeLookups, NamedMistakes, GroupAdmin):
    """What the members of a group may do; for operators."""

    filter_horizontal = []
    formfield_overrides = TICKED


@admin.register(User)
class ColleagueAdmin(SafeLookups, NamedMistakes, UserAdmin):
    list_title = "Colleagues"
    list_display = ["username", "first_name", "last_name", "email", "is_active", "last_login"]
    form = AccountForm
    add_form = InvitationForm
    filter_horizontal = []
    formfield_overrides = TICKED
    add_fieldsets = [(None, {"fields": InvitationForm.Meta.fields})]
    add_form_template = "admin/partners/invite.html"
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email"]}),
        ("What they may do", {"fields": ["is_active", "groups"]}),
    ]
    actions = ["sign_out_everywhere", "let_in_again", "forget_second_factor"]
    superuser_fieldsets = [
        *fieldsets,
        ("For operators", {"fields": ["is_staff", "is_superuser", "password"]}),
        ("Beyond the groups", {"fields": ["user_permissions"], "classes": ["collapse"]}),
    ]

    def get_fieldsets(self, request, obj=None):
        if obj and request.user.is_superuser:
            return self.superuser_fieldsets
        return super().get_fieldsets(request, obj)

    def has_change_permission(self, request, obj=None):
        """Only operators touch the account of an operator."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def get_form(self, request, obj=None, **kwargs):
        """Publishers give and take our groups; another that an operator gave stays on offer."""
        form = super().get_form(request, obj, **kwargs)
        if obj and "groups" in form.base_fields and not request.user.is_superuser:
            offered = Group.objects.filter(OURS | Q(pk__in=obj.groups.all()))
            form.base_fields["groups"].queryset = offered
        return form

    def user_change_password(self, request, id, form_url=""):  # noqa: A002 — Django's name
        """For operators: everybody else chooses their own, by mail."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_everywhere(self, request, queryset):
        self._for_each(request, queryset, access.sign_out, "Signed out everywhere.")

    @admin.action(description="Let in again after wrong passwords", permissions=["change"])
    def let_in_again(self, request, queryset):
        self._for_each(request, queryset, guessing.lift, "Let in again after wrong passwords.")

    @admin.action(description="Remove the second factor (a lost phone)", permissions=["operate"])
    def forget_second_factor(self, request, queryset):
        done = "Removed the second factor."
        self._for_each(request, queryset, access.forget_second_factor, done)

    def has_operate_permission(self, request):
        return request.user.is_superuser

    def _for_each(self, request, users, do, done):
        """Do it to those whose account this person may change, and write it down."""
        for user in users:
            if self.has_change_permission(request, user):
                do(user)
                self.log_change(request, user, done)
                self.message_user(request, f"{user}: {done}", messages.SUCCESS)
            else:
                message = f"{user} is an operator: only operators may do this."
                self.message_user(request, message, messages.ERROR)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if not change:
            self._invite(request, form.instance)

    def _invite(self, request, user):
        """Queue the link by which the colleague chooses a password; it leaves with the account."""
        links.send(user.email, links.INVITATION)
        link = f"{settings.SITE_URL}{reverse('admin_password_reset')}"
        message = (
            f"The invitation is on its way to {user.email}. If it does not arrive within an hour, "
            f"your colleague can ask for another one at {link}"
        )
        self.message_user(request, message, messages.SUCCESS)


@admin.register(LogEntry)
class ActivityAdmin(ReadOnly, SafeLookups, admin.ModelAdmin):
    """What staff did, for publishers and operators to read; nobody changes it."""

    list_display = ["when", "who", "kind", "record", "__str__"]
    list_title = "What staff did"
    list_filter = ["action_flag", "user"]
    search_fields = ["object_repr", "change_message"]
    list_select_related = ["user", "content_type"]

    @admin.display(description="when", ordering="action_time")
    def when(self, obj):
        return obj.action_time

    @admin.display(description="by", ordering="user__username")
    def who(self, obj):
        return obj.user

    @admin.display(description="kind", ordering="content_type__model")
    def kind(self, obj):
        return capfirst(obj.content_type.name) if obj.content_type else ""

    @admin.display(description="record", ordering="object_repr")
    def record(self, obj):
        return obj.object_repr

"""What is done to many roots at once: to each that is still as the list showed it."""

from uuid import uuid4

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.utils.html import format_html

from partners.admin.decisions import verifying
from partners.publishing import presses
from partners.rows.door import take_one
from partners.rows.offers import Offer, Outcome
from partners.rows.standing import standings

UNSEEN = (
    "Nothing was done. This can only be done to records that are ticked on the page you see. All "
    "of them at once can be exported, changed as a spreadsheet and imported."
)
#: What may be done to records that nobody has looked at.
READS_ONLY = {"export_xlsx", "export_csv"}


class RootList(ChangeList):
    """Each row of the list has the version that it shows."""

    #: What the records that the list does not show can be selected for.
    all_are_for = "to export them"

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        shown = standings(self.model, [root.pk for root in self.result_list])
        for root in self.result_list:
            root.version_shown = shown[root.pk].version


class RootActions(admin.ModelAdmin):
    """A part of RootAdmin."""

    actions = ["publish_now", "withdraw", "mark_verified"]

    def get_changelist(self, request, **kwargs):
        return RootList

    def response_action(self, request, queryset):
        are_all = request.POST.get("select_across", "0") != "0"
        if are_all and request.POST.get("action") not in READS_ONLY:
            self.message_user(request, UNSEEN, messages.ERROR)
            return None
        return super().response_action(request, queryset)

    def action_checkbox(self, obj):
        """The box, and what the record was when the list was made."""
        seen = '{}<input type="hidden" name="_seen" value="{} {}">'
        return format_html(seen, super().action_checkbox(obj), obj.pk, obj.version_shown)

    @admin.action(description="Publish now", permissions=["publish"])
    def publish_now(self, request, queryset):
        self._each(request, queryset, lambda root: presses.PUBLISH_WHAT_IS_READY)

    @admin.action(description="Withdraw from the public site", permissions=["publish"])
    def withdraw(self, request, queryset):
        self._each(request, queryset, lambda root: presses.WITHDRAW)

    @admin.action(description="Mark as verified today, figures too", permissions=["change"])
    def mark_verified_with_figures(self, request, queryset):
        self._each(request, queryset, lambda root: verifying(root, None))

    @admin.action(description="Mark as verified today", permissions=["change"])
    def mark_verified(self, request, queryset):
        self._each(request, queryset, lambda root: verifying(root, [root.pk]))

    def _each(self, request, queryset, press_for):
        """Do it to each that is still what the list showed; say what was left, and why."""
        seen = dict(each.partition(" ")[::2] for each in request.POST.getlist("_seen"))
        answers, act = [], uuid4()
        for root in queryset:
            press = press_for(root)
            offer = Offer(self.model, root.pk, seen=seen.get(root.pk, ""), act=act)
            answers.append((root, take_one(offer, press, request.user, request.now)))
            if answers[-1][1].outcome is Outcome.STORED:
                self.log_change(request, root, f"{press.done}.")
        self._report(request, press.done if answers else "", answers)

    def _report(self, request, done, answers):
        outcomes = [answer.outcome for _, answer in answers]
        left = outcomes.count(Outcome.UNCHANGED)
        others = f" Left as they were: {left}." if left else ""
        stored = outcomes.count(Outcome.STORED)
        self.message_user(request, f"{done}: {stored}.{others}", messages.SUCCESS)
        for root, answer in answers:
            if not answer.is_taken:
                self.message_user(request, f"{root}: {answer}", messages.WARNING)

"""What is done to many roots at once: to each that is still as the list showed it."""

from django.contrib import admin, messages
from django.utils.html import format_html

from partners import bookkeeping, publishing
from partners.publishing import Proposal, Stale
from partners.snapshots import Refused


def mark(root):
    """Tells one state of a record and its pending change from the next."""
    saved_at = root.pending_saved_at
    return f"{root.record.version}.{saved_at.timestamp() if saved_at else 0}.{root.pending_status}"


def figures_of(root):
    """The figures of the record as it is public, each with its verification."""
    figures = getattr(root, "figures", None)
    return list(figures.select_related("verification")) if figures else []


class RootActions(admin.ModelAdmin):
    """A part of RootAdmin."""

    actions = ["publish_now", "withdraw", "mark_verified"]

    def action_checkbox(self, obj):
        """The box, and what the record was when the list was made."""
        seen = '{}<input type="hidden" name="_seen" value="{} {}">'
        return format_html(seen, super().action_checkbox(obj), obj.pk, mark(obj))

    @admin.action(description="Publish now", permissions=["publish"])
    def publish_now(self, request, queryset):
        self._each(request, queryset, self._publish, "Published")

    @admin.action(description="Withdraw from the public site", permissions=["publish"])
    def withdraw(self, request, queryset):
        self._each(request, queryset, self._withdraw, "Withdrawn")

    @admin.action(description="Mark as verified today, figures too", permissions=["change"])
    def mark_verified_with_figures(self, request, queryset):
        self._each(request, queryset, self._verify_with_figures, "Verified")

    @admin.action(description="Mark as verified today", permissions=["change"])
    def mark_verified(self, request, queryset):
        self._each(request, queryset, self._verify, "Verified")

    def _publish(self, request, root):
        """What is ready: handed in, scheduled, or not public and without a pending change."""
        change = publishing.pending(self.model, root.pk)
        if change.is_open if change else root.is_live(request.now):
            return False
        rows = publishing.present(self.model, root.pk)
        proposal = Proposal(self.model, root.pk, rows, rows, request.user)
        publishing.publish(proposal, request.now)
        return True

    def _withdraw(self, request, root):
        return publishing.withdraw(root, request.user, request.now)

    def _verify(self, request, root):
        bookkeeping.verify(root, request.user, request.now)
        return True

    def _verify_with_figures(self, request, root):
        for figure in figures_of(root):
            bookkeeping.verify(figure, request.user, request.now)
        return self._verify(request, root)

    def _each(self, request, queryset, act, done):
        """Do it to each that is still what the list showed; say what was left, and why."""
        changed, obstacles = 0, []
        chosen = list(queryset)
        for root in chosen:
            try:
                changed += self._do(request, root.pk, act, done)
            except (Refused, Stale) as error:
                obstacles.append(f"{root}: {error}")
        others = len(chosen) - changed - len(obstacles)
        said = f" Left as they were: {others}." if others else ""
        self.message_user(request, f"{done}: {changed}.{said}", messages.SUCCESS)
        for sentence in obstacles:
            self.message_user(request, sentence, messages.WARNING)

    def _do(self, request, key, act, done):
        with publishing.changing(self.model, key):
            root = self._root(request, key)
            if f"{root.pk} {mark(root)}" not in request.POST.getlist("_seen"):
                raise Refused("It is not as this list showed it. Look at it first.")
            changed = act(request, root)
            if changed:
                self.log_change(request, root, f"{done}.")
        return changed

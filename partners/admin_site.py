"""The admin site: its name, and its front page in the order of the work."""

import datetime as dt
from functools import partial, wraps
from operator import itemgetter
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from partners.accounts import access
from partners.care.attention import RULES, Beginning, overview, queue
from partners.models import ROOT_MODELS, Job, PendingChange, Revision, Snooze
from partners.reading.search import Search
from partners.rows.history import name_of
from partners.values.days import DayFormField

LONGEST_SNOOZE = dt.timedelta(days=3 * 365)
#: So many findings of each rule stand on the page of the queue; all of one rule come in pages.
FINDINGS_OF_EACH, FINDINGS_OF_ONE = 20, 100

#: So many of each kind stand in the inbox.
INBOX = 10
#: So many findings stand first on the front page, so many records that a person worked on last;
#: and so many of each kind are found.
MOST_URGENT, RECENT, MOST_FOUND = 3, 8, 20
MAY_PUBLISH = "partners.publish_organisation"

#: Heading → the models under it, by the name of their classes.
SECTIONS = {
    "Content": tuple(model._meta.object_name for model in ROOT_MODELS.values()),
    "Publishing": ("PendingChange", "Revision", "Job"),
    "Partners": ("Contact", "Inquiry", "Answer", "MistakeReport", "Agreement"),
    "Sections and word lists": ("Section", "Topic", "Term", "Source"),
    "Site": (
        "LinkCheck",
        "SourceCheck",
        "Redirect",
        "MissedAddress",
        "User",
        "Group",
        "LogEntry",
        "DBTaskResult",
    ),
}


class SnoozeForm(forms.ModelForm):
    """Until when a finding is put off, and why."""

    until = DayFormField()

    class Meta:
        model = Snooze
        fields = ["until", "reason"]

    def clean_until(self):
        until, today = self.cleaned_data["until"], timezone.localdate()
        if not today < until <= today + LONGEST_SNOOZE:
            raise forms.ValidationError("Choose a day after today, within three years.")
        return until


def change_address(record):
    return reverse(f"admin:partners_{record._meta.model_name}_change", args=[quote(record.pk)])


def history_address(revision):
    name = f"admin:partners_{revision.model._meta.model_name}_history"
    return reverse(name, args=[quote(revision.key)])


def _in_pages(now, one, number):
    """[(rule, Page of its findings)]: the first of each rule, or a page of the `one` so named."""
    if one:
        groups, size = queue(now, _named(one)), FINDINGS_OF_ONE
    else:
        groups, size = queue(now, keep=partial(Beginning, FINDINGS_OF_EACH)), FINDINGS_OF_EACH
        number = 1
    return [(rule, Paginator(findings, size).get_page(number)) for rule, findings in groups]


def _named(rule):
    """The rules (list) of that name: one, or none."""
    return [each for each in RULES if each.name == rule]


class PartnersAdminSite(admin.AdminSite):
    site_header = "Partners site"
    site_title = "Partners site"
    index_title = "What would you like to work on?"
    index_template = "admin/partners/index.html"
    logged_out = (
        "You were logged out, so nothing was saved. What you typed is kept in this browser: log "
        "in, and the form offers to bring it back."
    )

    def has_permission(self, request):
        """Staff; where a second factor is set up or demanded, after its code."""
        return super().has_permission(request) and not access.owes_code(request.user)

    def admin_view(self, view, cacheable=False):
        """Whoever is asked to log in while sending a form is told what becomes of it."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def answer(request, *args, **kwargs):
            if request.method == "POST" and not self.has_permission(request):
                messages.warning(request, self.logged_out)
            return guarded(request, *args, **kwargs)

        return answer

    def login(self, request, extra_context=None):
        """Whoever has said the password, and owes the code, is asked for that alone."""
        if super().has_permission(request) and access.owes_code(request.user):
            query = urlencode({"next": request.GET.get(REDIRECT_FIELD_NAME, "")})
            return redirect(f"{reverse('account')}?{query}")
        return super().login(request, extra_context)

    def get_urls(self):
        """Without the address that leads to any record's page: RootAdmin says where that is."""
        pages = [
            path("attention/", self.admin_view(self.attention), name="attention"),
            path("find/", self.admin_view(self.find), name="find"),
            path("inbox/seen/", self.admin_view(self.inbox_seen), name="inbox_seen"),
            path("logout/", self.logout, name="logout"),  # also for who still owes the code
        ]
        urls = [url for url in super().get_urls() if getattr(url, "name", "") != "view_on_site"]
        return [*pages, *urls]

    def index(self, request, extra_context=None):
        """Say first what is for this person, then what needs attention."""
        may_see = request.user.has_perm("partners.view_organisation")
        attention = overview(request.now) if may_see else None
        rules = attention.rules if may_see else []
        urgent = [each for _, _, findings in rules for each in findings][:MOST_URGENT]
        context = {"attention": attention, "urgent": urgent, "is_front_page": True}
        context |= {**self._inbox(request), "recent": self._recent(request.user)}
        return super().index(request, context | (extra_context or {}))

    def _inbox(self, request):
        """What became of this person's proposals, and what awaits this person's decision."""
        changes, may_publish = PendingChange.objects, request.user.has_perm(MAY_PUBLISH)
        waiting = list(changes.waiting()[: INBOX + 1]) if may_publish else []
        return {
            "came_back": list(changes.came_back_to(request.user)[:INBOX]),
            "ended": [
                (state, history_address(state))
                for state in Revision.objects.unseen_by(request.user).defer("rows")[:INBOX]
            ],
            "waiting": waiting[:INBOX],
            "more_wait": len(waiting) > INBOX,
            "jobs": [
                (job, str(job.state(request.now)))
                for job in Job.objects.unseen_by(request.user).defer("result")[:INBOX]
            ],
        }

    def _recent(self, user):
        """[(title, address, state in words, when)] of the records `user` worked on last."""
        changes = PendingChange.objects.filter(by=user).order_by("-saved_at")
        states = Revision.objects.filter(by=user).order_by("-pk").defer("rows")
        work = {}
        for each in changes.defer("rows", "base")[:RECENT]:
            url = reverse("admin:partners_pendingchange_change", args=[each.pk])
            work[each.kind, each.key] = (
                each.title,
                url,
                each.get_status_display().lower(),
                each.saved_at,
            )
        for each in states[: RECENT * 3]:
            done = each.title, history_address(each), each.what, each.at
            work.setdefault((each.kind, each.key), done)
        return sorted(work.values(), key=itemgetter(3), reverse=True)[:RECENT]

    def find(self, request):
        """The records with those words, of every kind that this person may see; one is opened."""
        typed = request.GET.get("q", "")
        kinds = [
            model
            for model in ROOT_MODELS.values()
            if self.get_model_admin(model).has_view_permission(request)
        ]
        querysets = [model._base_manager.select_related("record") for model in kinds]
        found = Search(typed).best(MOST_FOUND, *querysets) if typed.strip() else []
        hits = [
            (each, change_address(each), each._meta.verbose_name)
            for records in found
            for each in records
        ]
        if len(hits) == 1:
            return redirect(hits[0][1])
        context = self.each_context(request) | {"title": "Find a record", "q": typed, "hits": hits}
        return TemplateResponse(request, "admin/partners/find.html", context)

    @method_decorator(require_POST)
    def inbox_seen(self, request):
        """Take off the inbox what this person has seen there."""
        shown = [number for number in request.POST.getlist("seen") if number.isdecimal()]
        Revision.objects.unseen_by(request.user).filter(pk__in=shown).update(unseen_by=None)
        return redirect("admin:index")

    def attention(self, request):
        """All that needs attention, and the means to put it off."""
        if not request.user.has_perm("partners.view_organisation"):
            raise PermissionDenied
        form, rule = SnoozeForm(request.POST or None), request.GET.get("rule")
        if rule and not _named(rule):
            raise Http404(f"There is no rule {rule}.")
        if request.method == "POST":
            if not request.user.has_perm("partners.add_snooze"):
                raise PermissionDenied
            if self._put_off(request, form):
                return redirect(request.get_full_path())
        context = {
            **self.each_context(request),
            "title": "Needs attention",
            "groups": _in_pages(request.now, rule, request.GET.get("page", 1)),
            "one_rule": rule,
            "form": form,
            "asked": request.POST.get("finding"),
            "snoozed": Snooze.objects.filter(until__gt=timezone.localdate(request.now)),
        }
        return TemplateResponse(request, "admin/partners/attention.html", context)

    def _put_off(self, request, form):
        """Put off the finding that the form is about, or take it back onto the queue."""
        if back := request.POST.get("_back"):
            for snooze in Snooze.objects.filter(pk=back):
                access.note(request.user, snooze, "Taken back onto the queue.")
                snooze.delete()
                messages.info(request, f"Taken back onto the queue: {snooze.title}.")
            return True
        key = request.POST.get("finding", "")
        groups = queue(request.now, _named(key.partition(":")[0]))
        there = (each for group in groups for each in group.findings)
        finding = next((each for each in there if each.key == key), None)
        if finding is None:
            messages.info(request, "This is mended, or put off already.")
            return True
        if not form.is_valid():
            return False
        values = {"title": str(finding)[:300], "by_name": name_of(request.user)}
        snooze, _ = Snooze.objects.update_or_create(
            finding=finding.key, defaults=form.cleaned_data | values
        )
        access.note(request.user, snooze, "Put off.")
        messages.info(request, f"Put off until {date_format(snooze.until)}.")
        return True

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        front_page = reverse("admin:index", current_app=self.name)
        models = {model["object_name"]: model for app in apps for model in app["models"]}
        return [
            {
                "name": heading,
                "app_label": slugify(heading),
                "app_url": f"{front_page}#{slugify(heading)}",
                "has_module_perms": True,
                "models": listed,
            }
            for heading, names in SECTIONS.items()
            if (listed := [models[name] for name in names if name in models])
        ]

"""Who may do what: editors write, publishers decide. Filled after every migration."""

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

from partners.models import Part, Redirect, Root, SectionEntry

EDITORS, PUBLISHERS = "Editors", "Publishers"
#: What editors do beside content: they keep contacts and agreements, ask, and deal with answers.
BESIDE = [
    f"{action}_{name}"
    for action in ("add", "change")
    for name in ("agreement", "contact", "inquiry", "answer", "mistakereport")
]
AT_ONCE = (Redirect, SectionEntry)  # not published with a root: the public sees a change at once


def publishers():
    """The colleagues (Users) who may be asked for what editors may not do."""
    return User.objects.filter(is_active=True, groups__name=PUBLISHERS).order_by("username")


def fill(sender, using, **kwargs):
    """Give both groups their permissions; what staff added to a group stays."""
    of_app = Permission.objects.using(using).filter(content_type__app_label=sender.label)
    published = [model for model in sender.get_models() if issubclass(model, Root | Part)]
    content = [model._meta.model_name for model in published if model not in AT_ONCE]
    parts = [model._meta.model_name for model in published if issubclass(model, Part)]
    writes = Q(codename__startswith="add_") | Q(codename__startswith="change_")
    parts_go = Q(codename__startswith="delete_") & Q(content_type__model__in=parts)
    beside = ["add_snooze", "add_source", "change_linkcheck", "change_sourcecheck", *BESIDE]
    views = Q(codename__startswith="view_") | Q(codename__in=beside)
    permissions = {
        EDITORS: of_app.filter(views | (writes | parts_go) & Q(content_type__model__in=content)),
        PUBLISHERS: of_app
        | Permission.objects.using(using).filter(
            codename__in=["add_user", "change_user", "view_user", "view_logentry"],
            content_type__app_label__in=["auth", "admin"],
        ),
    }
    for name, granted in permissions.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.add(*granted)

"""Who works in the admin: a client for each kind of person."""

import uuid

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from partners.accounts import links
from partners.accounts.groups import EDITORS, PUBLISHERS
from partners.models import Job, LinkCheck, MissedAddress, PendingChange, Revision, SourceCheck
from partners.rows import bookkeeping, snapshots
from tests import factories as make
from tests.acts import Proposal, hand_in, publish
from tests.admin.browser_form import BrowserForm
from tests.admin.records import RECORDS


def colleague(name, group=None, **kwargs):
    """A user called `name`, in the group of that name if one is given."""
    user = User.objects.create_user(name, f"{name}@example.org", "rhubarb-crumble-9", **kwargs)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def client_of(db):
    """client_of(name) → a client: logged in as that user, who is made the first time."""
    people = {
        "superuser": {"is_staff": True, "is_superuser": True},
        "publisher": {"is_staff": True, "group": PUBLISHERS},
        "editor": {"is_staff": True, "group": EDITORS},
        "reader": {"is_staff": True},
        "outsider": {},
    }

    def client_of(name):
        client = Client()
        if name != "anonymous":
            user = User.objects.filter(username=name).first() or colleague(name, **people[name])
            client.force_login(user)
        return client

    return client_of


@pytest.fixture
def superuser(client_of):
    return client_of("superuser")


@pytest.fixture
def publisher(client_of):
    return client_of("publisher")


@pytest.fixture
def editor(client_of):
    return client_of("editor")


@pytest.fixture
def records(client_of):
    """model name → a record; those that only the site makes were made by its work."""
    with bookkeeping.batch():
        made = {model._meta.model_name: factory() for model, factory in RECORDS.items()}
    client_of("publisher"), client_of("editor")
    publish(proposal(make.OrganisationFactory(pk="published"), "publisher"), timezone.now())
    hand_in(proposal(made["organisation"], "editor"), timezone.now())
    check = LinkCheck.objects.create(url="https://example.org/", result=LinkCheck.Result.BROKEN)
    Revision.objects.update(act=uuid.uuid4())  # as if a list action had made them
    made |= {"revision": Revision.objects.first(), "pendingchange": PendingChange.objects.get()}
    made |= {"missedaddress": MissedAddress.objects.create(path="/old/", last_on="2026-11-28")}
    asker = User.objects.get(username="publisher")
    job = {"task": uuid.uuid4(), "by": asker, "title": "Look at a file", "leads_to": "/admin/"}
    made |= {"job": Job.objects.create(**job)}
    made |= {"answer": make.AnswerFactory(), "mistakereport": make.MistakeReportFactory()}
    made["inquiry"] = made["answer"].inquiry
    made |= {"dbtaskresult": links.write.enqueue(links.RESET, []).db_result}
    cited = make.CitationFactory(quotation="some words", path="name")
    made["sourcecheck"] = SourceCheck.objects.create(
        url=cited.source.url, quotation="some words", outcome="gone"
    )
    logged = LogEntry.objects.log_actions(asker.pk, [made["topic"]], CHANGE, single_object=True)
    return made | {"linkcheck": check, "logentry": logged}


def proposal(record, name):
    """That the user of that name proposes another summary for `record`."""
    rows = snapshots.rows_of(record)
    new = [rows[0] | {"fields": rows[0]["fields"] | {"summary": "New."}}, *rows[1:]]
    return Proposal(type(record), record.pk, rows, new, User.objects.get(username=name))


@pytest.fixture
def open_form():
    """open_form(client, record or model) → the BrowserForm of its change or add page."""
    return BrowserForm.open

"""Who works in the admin: a client for each kind of person."""

import uuid

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client

from partners.accounts import links
from partners.accounts.groups import EDITORS, PUBLISHERS
from partners.models import Job, LinkCheck, MissedAddress, PendingChange, Revision, SourceCheck
from tests import factories as make
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
    made = {model._meta.model_name: factory() for model, factory in RECORDS.items()}
    form = BrowserForm.open(client_of("publisher"), make.OrganisationFactory(pk="published"))
    form.save("_publish", summary="Published.")
    BrowserForm.open(client_of("editor"), made["organisation"]).save("_hand_in", summary="New.")
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
    return made | {"linkcheck": check, "logentry": LogEntry.objects.first()}


@pytest.fixture
def open_form():
    """open_form(client, record or model) → the BrowserForm of its change or add page."""
    return BrowserForm.open

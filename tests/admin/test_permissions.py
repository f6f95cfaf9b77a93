"""Who may do what: editors write, publishers decide, operators keep the accounts of operators."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from partners.bookkeeping import OWNER
from partners.models import (
    Collaboration,
    Event,
    Organisation,
    Page,
    Redirect,
    Section,
    Source,
    Term,
    Topic,
)
from tests import factories as make
from tests.admin.browser_form import act, address
from tests.admin.records import RECORDS, ROOT_FACTORIES, label

pytestmark = pytest.mark.django_db

VOCABULARIES = [Section, Topic, Term, Source]
LIST, ADD, CHANGE, HISTORY, DELETE = PAGES = ["changelist", "add", "change", "history", "delete"]
READ = {LIST, CHANGE, HISTORY}
EVERY = set(PAGES)
#: who → model → the pages they may open
MAY = {
    "editor": {
        **dict.fromkeys(ROOT_FACTORIES, EVERY - {DELETE}),
        **dict.fromkeys(VOCABULARIES, READ),
        Redirect: EVERY,
    },
    "publisher": {
        **dict.fromkeys([*ROOT_FACTORIES, *VOCABULARIES, Redirect], EVERY),
        User: EVERY - {DELETE},
    },
    "superuser": dict.fromkeys(RECORDS, EVERY),
    "reader": {},
}
every_model = pytest.mark.parametrize("model", RECORDS, ids=label)
every_root = pytest.mark.parametrize("model", ROOT_FACTORIES, ids=label)


def pages(model, record):
    return {name: address(model if name in (LIST, ADD) else record, name) for name in PAGES}


@every_model
@pytest.mark.parametrize("who", MAY)
def test_pages_open_to_those_who_may(client_of, who, model):
    client, record = client_of(who), RECORDS[model]()
    answers = {name: client.get(url).status_code for name, url in pages(model, record).items()}
    allowed = MAY[who].get(model, set())
    assert answers == {name: 200 if name in allowed else 403 for name in PAGES}


@every_model
@pytest.mark.parametrize("who", ["anonymous", "outsider"])
def test_pages_ask_others_to_log_in(client_of, who, model):
    client, record = client_of(who), RECORDS[model]()
    for url in pages(model, record).values():
        for response in (client.get(url), client.post(url, {"post": "yes"})):
            assert response.status_code == 302
            assert response["Location"].startswith(reverse("admin:login"))
    assert model._default_manager.filter(pk=record.pk).exists()


@pytest.mark.parametrize("model", VOCABULARIES, ids=label)
def test_editors_read_vocabularies_and_cannot_send_a_change(editor, open_form, model):
    record = RECORDS[model]()
    form = open_form(editor, record)
    assert not set(form.buttons)
    before = model.objects.filter(pk=record.pk).values().get()
    for url in (address(model), address(record), address(record, "delete")):
        posted = {"title": "Forged", "name": "Forged", "key": "forged", "post": "yes"}
        assert editor.post(url, posted).status_code == 403
    assert model.objects.filter(pk=record.pk).values().get() == before
    assert not model.objects.filter(pk="forged").exists()


@every_root
def test_editors_cannot_delete_a_root(editor, model):
    record = RECORDS[model]()
    assert editor.post(address(record, "delete"), {"post": "yes"}).status_code == 403
    act(editor, "delete_selected", record)
    assert model.objects.filter(pk=record.pk).exists()


@every_root
def test_publishers_delete_a_root(publisher, model):
    record = ROOT_FACTORIES[model]()
    owner = OWNER[model._meta.label]
    for part in (make.LinkFactory, make.CitationFactory, make.VerificationFactory):
        part(**{owner: record})
    response = publisher.post(address(record, "delete"), {"post": "yes"})
    assert response.status_code == 302
    assert not model.objects.filter(pk=record.pk).exists()


#: A moment as the form's two boxes take it.
PUBLISHED = {"published_at_0": "2021-01-01", "published_at_1": "10:00:00"}
WITHDRAWN = {"withdrawn_at_0": "2022-01-01", "withdrawn_at_1": "10:00:00"}
FORGED = PUBLISHED | WITHDRAWN | {"published_at": "2021-01-01", "withdrawn_at": "2022-01-01"}


def moments(record):
    return type(record).objects.values_list("published_at", "withdrawn_at").get(pk=record.pk)


@every_root
@pytest.mark.parametrize("state", ["draft", "live", "withdrawn"])
@pytest.mark.parametrize("button", ["_save", "_publish", "_continue"])
def test_editors_cannot_publish_or_withdraw_by_the_form(editor, open_form, model, state, button):
    record = RECORDS[model]()
    if state == "draft":
        model.objects.filter(pk=record.pk).update(published_at=None)
    elif state == "withdrawn":
        model.objects.filter(pk=record.pk).update(withdrawn_at=make.SINCE_THEN)
    before = moments(record)
    form = open_form(editor, record)
    assert "_publish" not in form.buttons
    assert not any(name.startswith(("published_at", "withdrawn_at")) for name in form.fields)
    form.fields |= FORGED
    form.save(button, slug="saved-all-the-same")
    assert moments(record) == before
    assert model.objects.get(pk=record.pk).slug == "saved-all-the-same"


@every_root
def test_editors_cannot_publish_what_they_add(editor, open_form, model):
    if model is Page:
        values = {"body": "<p>Text</p>"}
    else:
        values = {Collaboration: {"kind": "liaison"}, Event: {"starts": "2030"}}.get(model, {})
    title = "name" if model is Organisation else "title"
    form = open_form(editor, model)
    assert "_publish" not in form.buttons
    form.fields |= FORGED
    form.save("_publish", **values, **{title: "New"}, slug="new")
    assert moments(model.objects.get(slug="new")) == (None, None)


@every_root
@pytest.mark.parametrize("action", ["publish_now", "withdraw", "delete_selected"])
def test_editors_cannot_publish_withdraw_or_delete_by_an_action(editor, model, action):
    live, draft = RECORDS[model](), RECORDS[model]()
    model.objects.filter(pk=draft.pk).update(published_at=None)
    before = moments(live), moments(draft)
    listing = editor.get(address(model, "changelist")).content.decode()
    assert f'value="{action}"' not in listing
    assert 'value="mark_verified"' in listing
    response = act(editor, action, live, draft, post="yes")
    assert "No action selected." in response.content.decode()
    assert (moments(live), moments(draft)) == before


@every_root
def test_publishers_have_every_action(publisher, model):
    RECORDS[model]()
    listing = publisher.get(address(model, "changelist")).content.decode()
    for action in ("publish_now", "withdraw", "mark_verified", "delete_selected"):
        assert f'value="{action}"' in listing


def test_editors_add_and_remove_redirects(editor, open_form):
    open_form(editor, Redirect).save(old_path="/our-partners/", new_path="/")
    redirect = Redirect.objects.get()
    assert editor.get("/our-partners/")["Location"] == "/"
    editor.post(address(redirect, "delete"), {"post": "yes"})
    assert not Redirect.objects.exists()


@pytest.mark.parametrize("who", ["editor", "publisher"])
def test_groups_are_for_operators(client_of, who):
    group = Group.objects.get(name="Editors")
    client = client_of(who)
    posted = {"name": "Forged", "permissions": []}
    assert client.post(address(group), posted).status_code == 403
    assert client.post(address(Group), posted).status_code == 403
    assert not Group.objects.filter(name="Forged").exists()


def test_forms_refuse_a_post_that_comes_from_elsewhere(client_of, client):
    organisation, event = make.OrganisationFactory(), make.EventFactory()
    client = client_of("superuser")
    client.handler.enforce_csrf_checks = True
    for url in (
        address(Organisation),
        address(organisation),
        address(organisation, "delete"),
        address(Organisation, "changelist"),
        reverse("admin:partners_event_next_edition", args=[event.pk]),
        address(User),
    ):
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert Event.objects.get() == event

"""Who may do what: editors write, publishers decide, operators keep the accounts of operators."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from partners.models import (
    Agreement,
    Collaboration,
    Contact,
    Event,
    Organisation,
    Page,
    PendingChange,
    PreviewLink,
    Redirect,
    Revision,
    Section,
    Source,
    Term,
    Topic,
    root_name,
)
from tests import factories as make
from tests.admin.browser_form import act, address, read_all
from tests.admin.records import RECORDS, ROOT_FACTORIES, label, parameters

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

VOCABULARIES = [Section, Topic, Term, Source]
LIST, ADD, CHANGE, HISTORY, DELETE = PAGES = ["changelist", "add", "change", "history", "delete"]
READ = {LIST, CHANGE, HISTORY}
EVERY = set(PAGES)
#: who → model → the pages they may open
MAY = {
    "editor": {
        **dict.fromkeys([*ROOT_FACTORIES, Contact, Agreement], EVERY - {DELETE}),
        **dict.fromkeys([*VOCABULARIES, Redirect], READ),
        Source: READ | {ADD},
    },
    "publisher": {
        **dict.fromkeys([*ROOT_FACTORIES, *VOCABULARIES, Redirect, Contact, Agreement], EVERY),
        User: EVERY - {DELETE},
    },
    "superuser": dict.fromkeys(RECORDS, EVERY),
    "reader": {},
}
every_model = pytest.mark.parametrize("model", parameters(RECORDS))
every_root = pytest.mark.parametrize("model", parameters(ROOT_FACTORIES))


def pages(model, record):
    return {name: address(model if name in (LIST, ADD) else record, name) for name in PAGES}


@pytest.mark.slow("sweep")
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
    add = [] if model is Source else [address(model)]  # which editors may add, but not change
    for url in (*add, address(record), address(record, "delete")):
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
    owner = root_name(model)
    for part in (make.LinkFactory, make.CitationFactory, make.VerificationFactory):
        part(**{owner: record})
    response = publisher.post(address(record, "delete"), {"post": "yes"})
    assert response.status_code == 302
    assert not model.objects.filter(pk=record.pk).exists()


#: Moments as a form's boxes would take them; no form has these.
FORGED = {
    "published_at_0": "2021-01-01",
    "published_at_1": "10:00:00",
    "withdrawn_at": "2022-01-01",
    "published_at": "2021-01-01",
    "publish_at_0": "2999-01-01",
    "publish_at_1": "10:00:00",
}


def moments(record):
    return type(record).objects.values_list("published_at", "withdrawn_at").get(pk=record.pk)


@pytest.mark.slow("sweep")
@every_root
@pytest.mark.parametrize("state", ["draft", "live", "withdrawn"])
def test_editors_cannot_publish_by_the_form(editor, open_form, model, state):
    record = RECORDS[model]()
    if state == "draft":
        model.objects.filter(pk=record.pk).update(published_at=None)
    elif state == "withdrawn":
        model.objects.filter(pk=record.pk).update(withdrawn_at=make.SINCE_THEN)
    before = moments(record)
    form = open_form(editor, record)
    assert set(form.buttons) == {"_draft", "_preview", "_hand_in"}
    assert not FORGED.keys() & form.fields.keys()
    form.fields |= FORGED
    for button in ("_publish", "_schedule"):
        assert form.send(button, slug="forged").status_code == 403
    form.save("_draft", slug="saved-all-the-same")
    assert moments(record) == before
    slug = model.objects.get(pk=record.pk).slug
    assert (slug == "saved-all-the-same") == (state == "draft")


@every_root
def test_editors_cannot_publish_what_they_add(editor, open_form, model):
    if model is Page:
        values = {"body": "<p>Text</p>"}
    else:
        values = {Collaboration: {"kind": "liaison"}, Event: {"starts": "2030"}}.get(model, {})
    title = "name" if model is Organisation else "title"
    form = open_form(editor, model)
    form.fields |= FORGED
    form.fill(**values, **{title: "New"}, slug="new")
    for button in ("_publish", "_schedule"):
        assert form.send(button).status_code == 403
    assert not model.objects.filter(slug="new").exists()
    form.save("_draft")
    assert moments(model.objects.get(slug="new")) == (None, None)


@every_root
def test_editors_cannot_withdraw_or_take_back_a_schedule(editor, publisher, model):
    record = ROOT_FACTORIES[model]()
    seen = read_all(publisher.get(address(record)), "seen")
    assert 'name="_withdraw"' not in editor.get(address(record)).content.decode()
    for button in ("_withdraw", "_unschedule"):
        response = editor.post(address(record, "decide"), {"seen": seen, button: "1"})
        assert response.status_code == 403
    assert moments(record) == (make.LONG_AGO, None)


@pytest.mark.slow("sweep")
@every_root
def test_what_is_scheduled_is_closed_to_editors(editor, publisher, open_form, model):
    record = ROOT_FACTORIES[model]()
    form, begun = open_form(publisher, record), open_form(editor, record)
    form.save("_schedule", publish_at_0="2999-01-01", publish_at_1="10:00", summary="Approved.")
    rows = PendingChange.objects.get().rows
    closed = open_form(editor, record)
    assert not closed.buttons
    assert begun.send(summary="Too late.").status_code == 403
    assert PendingChange.objects.get().rows == rows
    seen = read_all(publisher.get(address(record)), "seen")
    publisher.post(address(record, "decide"), {"seen": seen, "_unschedule": "1"})
    open_form(editor, record).save(summary="Better still.")


@every_root
def test_shared_previews_are_for_those_who_write(client_of, model):
    record = ROOT_FACTORIES[model]()
    for who, status in {"reader": 403, "editor": 200, "publisher": 200, "anonymous": 302}.items():
        client = client_of(who)
        assert client.get(address(record, "previews")).status_code == status
        client.post(address(record, "previews"), {"_share": "1"})
    assert PreviewLink.objects.count() == 2


@pytest.mark.parametrize("model", [PendingChange, Revision], ids=label)
def test_desk_is_for_staff_and_changes_nothing_by_itself(client_of, editor, open_form, model):
    record = make.OrganisationFactory()
    open_form(client_of("publisher"), record).save(summary="Published.")
    open_form(editor, record).save("_hand_in", summary="Handed in.")
    row = model.objects.first()
    for who, status in {"outsider": 302, "reader": 403, "editor": 200, "publisher": 200}.items():
        assert client_of(who).get(address(model, "changelist")).status_code == status
        for page in ("add", "delete"):
            url = address(model if page == "add" else row, page)
            assert client_of(who).post(url, {"post": "yes"}).status_code in (302, 403)
    assert model.objects.filter(pk=row.pk).exists()


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


def test_publishers_add_and_remove_redirects(publisher, open_form):
    open_form(publisher, Redirect).save(old_path="/our-partners/", new_path="/")
    redirect = Redirect.objects.get()
    assert publisher.get("/our-partners/")["Location"] == "/"
    publisher.post(address(redirect, "delete"), {"post": "yes"})
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

"""Some 600 attempts at a script in every text of every model: none runs, on any page.

The browser is told to ignore the site's policy, so that it is the escaping alone that holds.
"""

from zlib import crc32

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.urls import reverse

from partners.models import Root
from tests.admin.browser_form import BrowserForm, address, errors
from tests.admin.records import RECORDS
from tests.browser.conftest import let_in
from tests.browser.payloads import payloads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

PAYLOADS = payloads()
ROUNDS = 2
#: Runs before every page; `alert` and the like are not needed to see that something ran.
WATCH = "window.xss = () => console.log('A SCRIPT RAN'); window.alert = window.prompt = window.xss"
#: What only a click would run.
CLICKABLE = r"""[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a =>
    ['href', 'src', 'action', 'formaction', 'data'].includes(a.name)
    && /^[\s\x00-\x1f]*(javascript|vbscript|data):/i.test(a.value))).map(e => e.outerHTML)"""
EVENTS = """[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(
    a => a.name.startsWith('on'))).map(e => e.outerHTML)"""
PUBLIC = ["/", "/organisations/", "/collaborations/", "/events/", "/glossary/", "/search/?q=xss",
          "/sitemap.xml", "/robots.txt"]  # fmt: skip


def test_there_are_as_many_as_promised():
    assert len(PAYLOADS) >= 500


def texts(model):
    """The fields of a model that hold whatever somebody wrote."""
    kinds = (models.CharField, models.TextField)
    fields = [each for each in model._meta.local_concrete_fields if isinstance(each, kinds)]
    return [each for each in fields if not (each.primary_key or each.choices or each.unique)]


def fitting(field, share):
    """Of that share of the payloads as many as the field takes, as one text.

    A short field takes few; each begins with others, so that all of them stand somewhere.
    """
    first = crc32(str(field).encode()) % len(share) if field.max_length else 0
    chosen, room = [], field.max_length or float("inf")
    for payload in [*share[first:], *share[:first]]:
        room -= len(payload) + 1
        if room < -1:
            break
        chosen.append(payload)
    return " ".join(chosen)


def poison(record, share):
    """Write the payloads past all forms; a field that refuses them has done its part."""
    for field in texts(type(record)):
        rows = type(record)._base_manager.filter(pk=record.pk)
        bounded = connection.vendor == "postgresql"  # SQLite takes them all, whatever the limit
        text = fitting(field, share) if bounded else " ".join(share)
        try:
            with transaction.atomic():
                rows.update(**{field.attname: text})
        except (DatabaseError, ValidationError):
            continue


@pytest.fixture
def watcher(browser, live_server):
    """A tab in the browser of an operator, that ignores the policy; and what ran in it."""
    user = User.objects.create_superuser("operator", "operator@example.org", "rhubarb-crumble-9")
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    context.add_init_script(WATCH)
    client = let_in(context, user, live_server.url)
    ran = []
    context.on("console", lambda said: ran.append(said.text) if "RAN" in said.text else None)
    context.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page = context.new_page()
    page.client, page.user, page.ran = client, user, ran
    yield page
    context.close()


def look(page, paths):
    """Open each page; fail where something ran or would."""
    for path in paths:
        page.goto(path, wait_until="load")
        assert (path, page.ran) == (path, [])
        if not path.endswith((".xml", ".txt")):
            assert (path, page.evaluate(CLICKABLE), page.evaluate(EVENTS)) == (path, [], [])


def pages_of(records):
    """Where what these records say is shown."""
    for model, record in records.items():
        if isinstance(record, Root):
            record.refresh_from_db()
            yield from (record.get_absolute_url(), f"{record.get_absolute_url()}history/")
        yield address(model, "changelist")
        yield from (address(record, page) for page in ("change", "history", "delete"))
    yield from (reverse("admin:index"), reverse("admin:attention"), *PUBLIC)


def test_watcher_sees_what_would_run(watcher):
    """Without escaping, every way to look finds something."""
    for payload in PAYLOADS[:27]:
        watcher.set_content(payload)
    assert watcher.ran
    watcher.set_content('<a href=" javascript:xss()">x</a><p onclick="xss()">x</p>')
    assert len(watcher.evaluate(CLICKABLE)) == len(watcher.evaluate(EVENTS)) == 1


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_runs_that_came_past_the_forms(watcher, number):
    share = PAYLOADS[number::ROUNDS]
    records = {model: make() for model, make in RECORDS.items()}
    for model in [*apps.get_app_config("partners").get_models(), User]:
        for record in model._base_manager.exclude(pk=watcher.user.pk):
            poison(record, share)
    look(watcher, pages_of(records))


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_runs_that_came_through_forms(watcher, number):
    share = PAYLOADS[number::ROUNDS]
    records = {model: make() for model, make in RECORDS.items()}
    for record in records.values():
        type_in(watcher, record, share)
    look(watcher, pages_of(records))


def type_in(watcher, record, share):
    """Type the payloads into every text of the record's form; what is refused, as it was."""
    form = BrowserForm.open(watcher.client, record)
    before, store = dict(form.fields), "_publish" if "_publish" in form.buttons else "_save"
    form.fields |= dict(attempts(record, form, share))
    if "renaming" in form.fields:
        form.fields["renaming"] = "correction"
    response = form.send(store)
    if response.status_code != 302:
        watcher.set_content(response.content.decode())  # with all that was typed on it
        assert (watcher.ran, watcher.evaluate(EVENTS)) == ([], [])
        for name in errors(response):
            form.fields[name] = before.get(name)
        response = form.send(store)
    assert response.status_code == 302, errors(response)


def attempts(record, form, share):
    """Form field → payloads, for each text of the record and of the parts in its rows."""
    ours = apps.get_app_config("partners").get_models()
    limits = {field.name: field for model in ours for field in texts(model)}
    own = {field.name: field for field in texts(type(record))}
    for name in form.fields:
        prefix, _, last = name.rpartition("-")
        field = limits.get(last) if prefix else own.get(last)
        if field and "__prefix__" not in name and last not in ("slug", "path", "password"):
            yield name, fitting(field, share)

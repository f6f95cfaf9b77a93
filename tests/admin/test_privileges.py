"""Who may open what, and run which action: every address of the admin, for every kind of person.

e: editors, p: publishers, s: superusers. Nobody else is let in anywhere. An address or an action
that is not in the tables fails the test.
"""

import uuid

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import URLResolver, reverse

from partners.models import Agreement, Contact
from tests.admin.records import ROOT_FACTORIES
from tests.admin.test_every_page import MADE_ELSEWHERE

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ROOTS = [model._meta.model_name for model in ROOT_FACTORIES]
WORDS = ["section", "topic", "term", "source", "redirect"]
PAGES = ["changelist", "add", "change", "history", "delete"]


def pages(*who):
    return dict(zip(PAGES, who, strict=True))


ROOT = pages("eps", "eps", "eps", "eps", "ps")
ROOT |= {"decide": "ps", "previews": "eps", "restore": "eps", "next_edition": "eps"}
SHEETS = {"export": "eps", "import": "eps"}
IN_SHEETS = ["organisation", "collaboration", "event"]
WORD = pages("eps", "ps", "eps", "eps", "ps") | {"restore": "ps"}
#: model → page → who
TABLE = {
    **dict.fromkeys(ROOTS, ROOT),
    **dict.fromkeys(IN_SHEETS, ROOT | SHEETS),
    "organisation": ROOT
    | SHEETS
    | {
        "merge": "ps",
        "keep": "eps",
        "register": "eps",
        "from_register": "eps",
    },
    **dict.fromkeys(WORDS, WORD),
    "source": WORD | {"add": "eps"},
    "redirect": WORD | {"export": "eps", "import": "ps"},
    "pendingchange": pages("eps", "", "eps", "eps", ""),
    "revision": pages("eps", "", "eps", "eps", "") | {"undo": "ps"},
    "contact": pages("eps", "eps", "eps", "eps", "ps"),
    "agreement": pages("eps", "eps", "eps", "eps", "ps") | {"document": "eps"},
    "inquiry": pages("eps", "", "eps", "eps", ""),
    "answer": pages("eps", "", "eps", "eps", "") | {"logo": "eps"},
    "mistakereport": pages("eps", "", "eps", "eps", ""),
    "linkcheck": pages("eps", "", "eps", "eps", ""),
    "sourcecheck": pages("eps", "", "eps", "eps", ""),
    "job": pages("eps", "", "eps", "eps", "") | {"file": "eps"},
    "missedaddress": pages("ps", "", "ps", "ps", ""),
    "logentry": pages("ps", "", "ps", "ps", ""),
    "dbtaskresult": pages("s", "", "s", "s", ""),
    "group": pages("s", "s", "s", "s", "s"),
    "user": pages("ps", "ps", "ps", "ps", "s") | {"password_change": "s"},
}
#: pages of the site as a whole → who
SITE = {
    "index": "eps", "attention": "eps", "password_change": "eps", "password_change_done": "eps",
    "autocomplete": "", "jsi18n": "eps", "app_list": "eps", "login": "eps", "logout": "eps",
    "inbox_seen": "eps", "find": "eps",
}  # fmt: skip
ROOT_ACTIONS = {
    "mark_verified": "eps",
    "publish_now": "ps",
    "withdraw": "ps",
    "delete_selected": "ps",
}
SHEET_ACTIONS = ROOT_ACTIONS | {"export_xlsx": "eps", "export_csv": "eps"}
#: model → action → who
ACTIONS = {
    **dict.fromkeys(ROOTS, ROOT_ACTIONS),
    **dict.fromkeys(IN_SHEETS, SHEET_ACTIONS),
    "organisation": SHEET_ACTIONS | {"mark_verified_with_figures": "eps", "merge_two": "ps"},
    **{model: {"delete_selected": "ps"} for model in WORDS},
    "redirect": {"delete_selected": "ps", "export_xlsx": "eps", "export_csv": "eps"},
    "pendingchange": {},
    "revision": {},
    "contact": {"ask": "eps", "delete_selected": "ps"},
    "agreement": {"delete_selected": "ps"},
    "inquiry": {},
    "answer": {"note_as_confirmed": "eps"},
    "mistakereport": {"mark_dealt_with": "eps"},
    "linkcheck": {"ask_again": "eps", "mark_false_alarm": "eps"},
    "sourcecheck": {},
    "job": {},
    "missedaddress": {},
    "logentry": {},
    "dbtaskresult": {},
    "group": {"delete_selected": "s"},
    "user": {
        "delete_selected": "s", "sign_out_everywhere": "ps", "let_in_again": "ps",
        "forget_second_factor": "s",
    },
}  # fmt: skip
PEOPLE = {"e": "editor", "p": "publisher", "s": "superuser"}
#: What changes something is asked by POST alone → the button that is pressed.
POSTED = {
    "decide": {"_withdraw": "1"}, "previews": {"_share": "1"}, "restore": {}, "next_edition": {},
    "merge": {"_merge": "1"}, "inbox_seen": {}, "keep": {},
}  # fmt: skip


def names():
    """The names of all addresses under the admin."""
    todo = list(admin.site.get_urls())
    while todo:
        each = todo.pop()
        if isinstance(each, URLResolver):
            todo += each.url_patterns
        elif each.name:
            yield each.name


def test_tables_have_every_address():
    expected = {f"partners_{model}_{page}" for model in [*ROOTS, *WORDS] for page in TABLE[model]}
    expected -= {f"partners_{root}_next_edition" for root in ROOTS if root != "event"}
    for model in MADE_ELSEWHERE | {Agreement, Contact, Group, User}:
        label = model._meta.model_name
        expected |= {f"{model._meta.app_label}_{label}_{page}" for page in TABLE[label]}
    assert set(names()) == expected | set(SITE)


def ask(client, name, record):
    """Open the address, or press the button of what only takes forms."""
    page = name.removeprefix(f"{record._meta.app_label}_{record._meta.model_name}_")
    arguments = {
        "restore": [record.pk, 1], "next_edition": [record.pk], "decide": [record.pk],
        "previews": [record.pk], "changelist": [], "add": [], "import": [], "export": ["xlsx"],
        "keep": [], "from_register": [], "undo": [getattr(record, "act", None)],
        "document": [uuid.uuid4()],
    }.get(page, [record.pk])  # fmt: skip
    url = reverse(f"admin:{name}", args=arguments)
    return client.post(url, POSTED[page]) if page in POSTED else client.get(url)


def is_open(response):
    """Anything but the log-in page and 403; 404 where an empty form names nothing, too."""
    to_login = response.status_code == 302 and reverse("admin:login") in response["Location"]
    return response.status_code != 403 and not to_login


@pytest.fixture
def clients(client_of):
    """{who: a client in which they are logged in} of everybody."""
    return {who: client_of(who) for who in ("anonymous", "outsider", *PEOPLE.values())}


def who_may(clients, ask_as):
    assert not is_open(ask_as(clients["anonymous"]))
    assert not is_open(ask_as(clients["outsider"]))
    return "".join(letter for letter, who in PEOPLE.items() if is_open(ask_as(clients[who])))


@pytest.mark.slow("sweep")
@pytest.mark.parametrize("model", TABLE)
def test_every_page_of_a_model(clients, records, model):
    record, found, known = records[model], {}, set(names())
    for page in TABLE[model]:
        name = f"{record._meta.app_label}_{model}_{page}"
        if name in known:
            found[page] = who_may(clients, lambda client, name=name: ask(client, name, record))
    assert found == {page: TABLE[model][page] for page in found}


@pytest.mark.parametrize("name", sorted(SITE.keys() - {"login", "logout"}))
def test_every_page_of_the_site(clients, name):
    arguments = ["partners"] if name == "app_list" else []
    url = reverse(f"admin:{name}", args=arguments)
    way = "post" if name in POSTED else "get"
    assert who_may(clients, lambda client: getattr(client, way)(url)) == SITE[name]


@pytest.mark.parametrize("model", ACTIONS)
def test_every_action(client_of, rf, model):
    admin_of = {each._meta.model_name: admin.site._registry[each] for each in admin.site._registry}
    found = {}
    for letter, who in PEOPLE.items():
        client_of(who)
        request = rf.get("/")
        request.user = User.objects.get(username=who)
        for action in admin_of[model].get_actions(request):
            found[action] = found.get(action, "") + letter
    assert found == ACTIONS[model]

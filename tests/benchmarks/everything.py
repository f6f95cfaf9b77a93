"""Every address and every command, asked a few times in one process, on a database of each size.

`main` prints, as JSON, what each row costs: {name: [ms of CPU, queries, kB, status]}. The rows come
from the URLconf and from the folder of commands, so none is forgotten; what a route leaves open is
filled from what is on record.
"""

import json
import logging
import re
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from partners.exchange.opendata.kinds import KINDS
from partners.models import ROOT_MODELS
from tests.production.site import HOST

#: Records that are there at every size; of sections, the one that grows most.
INVENTED = ["generated-2", "generated-2-0", "international-partners"]
SLOW = 1  # second, after which nothing is asked again
LONGEST = 60  # seconds, after which a row is given up
TIMES = 3
#: A part of a route that is a regular expression → what it is asked as.
AS_ASKED = {
    "(?P<name>logos/": "/media/logos/none.png",
    "(?P<name>cards/": f"/media/cards/{'0' * 32}.png",
    "(?P<app_label>": "/admin/partners/",
    "(?P<url>": "/admin/nowhere",
}
#: Route → what it is asked with: a page that is empty without it.
QUERIES = {
    "search/": "q=registry",
    "admin/find/": "q=registry",
    "admin/partners/organisation/<path:key>/merge/": "other=cirse",
    "admin/autocomplete/": "app_label=partners&model_name=citation&field_name=source&term=a",
}
#: What a route leaves open, where that is no record.
OPEN = {
    "token": "nobody-knows-it", "uidb64": "MQ", "number": "1", "act": str(UUID(int=0)),
    "section": "event", "form": "xlsx", "app_label": "partners",
}  # fmt: skip
#: Command → its arguments; None where it ends by itself only when it is told to, or where it needs
#: a network or a file from elsewhere.
COMMANDS = {
    "apply_due": [], "attention": [], "backup": ["{folder}/backup.zip"], "bring_uploads": None,
    "check_links": None,
    "compare_register": None, "demo": None, "draw_cards": [], "export_data": ["{folder}/data"],
    "export_fixtures": ["{folder}/fixtures"], "loaddata": ["{fixtures}"],
    "personal_data": ["show", "nobody@example.org"], "repair_records": [], "restore": None,
    "send_reminders": [], "serve": None, "watch_sources": None, "work": ["--once"],
}  # fmt: skip


def routes(patterns=None, prefix=""):
    """Every route of the site (str), as the URLconf writes it."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        else:
            yield route


def path(route, key_of):
    """The path that a route is asked as; KeyError for what nobody said how to fill.

    `key_of` (a function of the route and a name) gives what is no constant.
    """
    for part, asked in AS_ASKED.items():
        if part in route:
            return asked

    def fill(match):
        name = match["name"] if match["kind"] != "uuid:" else "act"
        return OPEN[name] if name in OPEN else key_of(route, name)

    filled = re.sub(r"<(?P<kind>\w+:)?(?P<name>\w+)>", fill, route)
    return f"/{filled}" + (f"?{QUERIES[route]}" if route in QUERIES else "")


def key_on_record(route, name):
    """The key or slug of a record that a route is about; KeyError for another name."""

    if name == "slug":
        kind = KINDS.get(route.removeprefix("api/v1/").partition("/")[0])
        if kind and route.startswith("api/"):
            return str(getattr(kind.everything(timezone.now())[0], kind.address))
        owned = [each for each in ROOT_MODELS.values() if route.startswith(each.address_prefix)]
        model = max(owned, key=lambda each: len(each.address_prefix))
        return _some(model.objects.live(), "slug")
    if name not in ("object_id", "key", "id"):
        raise KeyError(name)
    label = route.removeprefix("admin/").split("/")[:2]
    models = {(m._meta.app_label, m._meta.model_name): m for m in admin.site._registry}
    return _some(models[tuple(label)]._base_manager, "pk")


def _some(records, name):
    """An invented record where there is one, the same at every size; else the first."""
    pk = records.model._meta.pk
    known = records.filter(pk__in=INVENTED) if pk.name == "key" else records.none()
    found = known.first() or records.order_by("pk").first()
    return str(getattr(found, name)) if found else "0"


def measured(function):
    """[ms of CPU, queries, kB, status] of what `function` answers, the quickest of a few times."""

    spent = []
    for _ in range(1 + TIMES):
        reset_queries()  # the log has an end, and the answer begins a request
        with CaptureQueriesContext(connection) as asked:
            begun = time.process_time()
            response = function()
            size = len(response.getvalue()) / 1000 if response is not None else 0
            spent.append(time.process_time() - begun)
        if spent[-1] > SLOW:
            break
    status = response.status_code if response is not None else ""
    return [round(min(spent) * 1000, 2), len(asked), round(size, 1), status]


def main(folder):
    """Measure everything, addresses first; what commands write goes to `folder` (a path)."""
    found = {}
    logging.disable()  # many a row asks for what is not there
    signal.signal(signal.SIGALRM, _give_up)
    for name, ask in (*_asked(), *_run(folder)):
        signal.alarm(LONGEST)
        begun = time.process_time()
        try:
            found[name] = measured(ask)
        except Exception as error:  # noqa: BLE001 — one that fails is a row as well
            spent = round((time.process_time() - begun) * 1000, 2)
            found[name] = [spent, 0, 0, type(error).__name__]
        signal.alarm(0)
    sys.stdout.write(json.dumps(found))


class TakesLonger(Exception):
    """Than LONGEST. No OSError, as TimeoutError is, which commands make a sentence of."""


def _give_up(*_):
    raise TakesLonger


def _asked():

    visitor, staff = (
        Client(headers={"host": HOST}, raise_request_exception=False) for _ in range(2)
    )
    staff.force_login(User.objects.filter(is_superuser=True).first())
    for route in routes():
        client, address = (
            staff if route.startswith("admin/") else visitor,
            path(route, key_on_record),
        )
        yield route, lambda client=client, address=address: client.get(address, secure=True)


def _run(folder):

    fixtures = " ".join(map(str, sorted((settings.BASE_DIR / "fixtures").glob("*.json"))))
    for name, arguments in COMMANDS.items():
        if arguments is None:
            continue
        filled = " ".join(arguments).format(folder=folder, fixtures=fixtures).split()

        def run(name=name, filled=filled):
            with suppress(SystemExit), (Path(folder) / "said").open("w") as said:
                call_command(name, *filled, stdout=said)  # it ends with 1 if it found something

        yield f"manage.py {name}", run

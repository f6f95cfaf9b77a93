"""What all tests share: development settings, cheap passwords, uploads that leave no trace."""

import gc
import math
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connection, transaction
from django.template import RequestContext, Template, engines
from django.test import override_settings
from django.test.utils import _TestState

from partners.models import ContentVersion
from partners.rows import freshness
from tests import bucket as buckets
from tests import prepared

TESTS = Path(__file__).parent
#: Folders and modules whose tests are all slow, and what kind of slow that is. In a story several
#: people press the buttons of whole forms in turn.
SLOW = {
    "browser": "browser",
    "production": "server",
    "exchange/test_backups.py": "archive",
    "exchange/loaddata": "loading",
    "exchange/sheets/test_bulk.py": "large",
    "exchange/sheets/test_pieces.py": "large",
    **dict.fromkeys(
        (
            f"admin/test_{name}.py"
            for name in (
                "agreements", "asking", "constraints", "desk", "logo", "logo_pictures", "merging",
                "organisation", "publication", "renaming", "repeated_rows", "sources", "values",
                "versions",
            )
        ),
        "story",
    ),
}  # fmt: skip
#: Forms and pages answer alike on both databases, which their quick tests see. These slow ones ask
#: a database what no quick one does: any query, any sentence of a constraint, any lock.
ON_BOTH = {
    "admin/test_constraints.py", "admin/test_finding.py", "admin/test_merging.py",
    "admin/test_repeated_rows.py", "views/test_queries.py",
}  # fmt: skip
LEFT_OUT = pytest.StashKey[Counter]()


def pytest_configure(config):
    """Tests of a production configuration would redirect to HTTPS and write to its folders."""
    if not settings.DEBUG:
        pytest.exit(
            "The tests need development settings, and the environment or .env switches DEBUG off. "
            "Use `make test`, or set ENV_FILE=/dev/null.",
            returncode=pytest.ExitCode.USAGE_ERROR,
        )


def pytest_deselected(items):
    """Count what `-m "not slow"` leaves out, by kind; a process of xdist hands it on as it ends."""
    config = items[0].config
    if config.option.markexpr != "not slow":
        return
    slow = filter(None, (item.get_closest_marker("slow") for item in items))
    config.stash[LEFT_OUT] = Counter(marker.args[0] for marker in slow)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left out"] = dict(config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Every process of xdist collects, and so leaves out, the same tests."""
    node.config.stash[LEFT_OUT] = Counter(getattr(node, "workeroutput", {}).get("left out", {}))


def pytest_terminal_summary(terminalreporter, config):
    """Say what was left out, with which Django, and how many addresses were asked for."""
    if left_out := config.stash.get(LEFT_OUT, None):
        kinds = ", ".join(f"{count} {kind}" for kind, count in left_out.most_common())
        terminalreporter.write_line(
            f"Left out as slow: {left_out.total()} tests ({kinds}). `make test-all` runs them."
        )
    passed = terminalreporter.getreports("passed")
    for name, count in (each for report in passed for each in report.user_properties):
        terminalreporter.write_line(f"Django {django.__version__}: {count} {name} answered 200.")


def pytest_collection_finish():
    """What was imported stays. Answers keep what each template was given, so that to look for
    garbage among it as often as by default doubles what a form costs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def pages_are_kept(django_test_environment):
    """Answers keep what the templates of a page were given, and not those of each field of a form:
    there are hundreds, a tenth of what the form costs, and nobody asks for them."""
    kept, plain = Template._render, _TestState.saved_data.template_render

    def _render(template, context):
        return (kept if isinstance(context, RequestContext) else plain)(template, context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", _render)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_waiting():
    """Django's own server sends head and body apart: else the body waits 40 ms for an ACK."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
        yield


def pytest_collection_modifyitems(items):
    """Mark by folder; what waits for servers begins first, or one process ends alone with it."""
    items.sort(key=lambda item: room_of(item) not in {"production", "browser"})
    for item in items:
        place, room = item.path.relative_to(TESTS), room_of(item)
        if room in {"admin", "browser"}:  # Django's own admin templates rely on unknown variables
            item.add_marker(pytest.mark.ignore_template_errors)
        if room == "browser":
            item.add_marker(pytest.mark.browser)
        for each in (room, place.parent.as_posix(), place.as_posix()):
            if each in SLOW:
                item.add_marker(pytest.mark.slow(SLOW[each]))
                break
        is_alike = room in {"admin", "views"} and place.as_posix() not in ON_BOTH
        is_alike = is_alike and item.get_closest_marker("slow")
        if is_alike or (room != "production" and not uses_database(item)):
            item.add_marker(pytest.mark.any_database)


def room_of(item):
    return item.path.relative_to(TESTS).parts[0]


def uses_database(item):
    return bool(item.get_closest_marker("django_db") or {"db"} & {*item.fixturenames})


@pytest.fixture(autouse=True)
def _ignored_template_errors(request, monkeypatch):
    """Where unknown variables may be, they are empty as in production: pytest-django would look
    through the whole stack for the template of each, a fifteenth of the time of slow tests."""
    if request.node.get_closest_marker("ignore_template_errors"):
        monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")


@pytest.fixture(scope="session", autouse=True)
def rows_are_deleted():
    """After a test that commits, PostgreSQL would make new files for eighty tables and all their
    indexes (TRUNCATE), a second or more; to delete the few rows takes some milliseconds."""

    def delete(self, style, tables, **options):
        return [f"DELETE FROM {self.quote_name(table)};" for table in tables]  # noqa: S608

    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "postgresql":
            patch.setattr(type(connection.ops), "sql_flush", delete)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_slow():
    """On a machine in demand all is slow, and a test would be shown what another had."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freshness, "QUICK", math.inf)
        yield


@pytest.fixture(scope="session", autouse=True)
def settings_of_tests(tmp_path_factory):
    with override_settings(
        APPLY_DUE_WITHIN=3600,  # a slow machine makes no test fail
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        DATA_ROOT=tmp_path_factory.mktemp("data"),
        PAGE_CACHE_MEGABYTES=0,  # most tests never commit, and so never begin a new edition
        STORE_MISSED_AFTER=0,  # no thread writes to the database of a test
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture
def bucket(settings):
    """A bucket that uploads and made files are in, as boto3 has it."""
    with buckets.in_memory(settings) as bucket:
        yield bucket


@pytest.fixture(params=["folder", "bucket"])
def kept_in(request, settings, tmp_path):
    """The test runs twice: uploads are in a folder that is empty, and in a bucket that is."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    settings.MEDIA_ROOT = tmp_path / "media"
    return request.param


@pytest.fixture(scope="session")
def prepared_database(pytestconfig):
    """The file that the migrated database is copied from and to, or None where it is a server's."""
    if prepared.is_in_memory():
        return pytestconfig.cache.mkdir("databases") / prepared.name()
    return None


@pytest.fixture(scope="session")
def filled_database(prepared_database, django_db_modify_db_settings):
    """The migrated database is there before Django looks which migrations it lacks."""
    with ExitStack() as stack:
        if prepared_database and prepared_database.exists():
            stack.enter_context(closing(prepared.fill(prepared_database)))
        yield


@pytest.fixture(scope="session")
def django_db_setup(filled_database, django_db_setup, django_db_blocker, prepared_database):
    if prepared_database and not prepared_database.exists():
        with django_db_blocker.unblock():
            prepared.keep(prepared_database)


@pytest.fixture(scope="session")
def loaded_rows():
    """What `content` loaded first, as rows to write again: the loading itself takes a second."""
    return []


@pytest.fixture
def content(db, loaded_rows):
    """The content of the repository's fixtures, as an operator loads it."""
    if loaded_rows:
        write(loaded_rows)
    else:
        load_fixtures()
        loaded_rows.extend(list(model._base_manager.all()) for model in tables())


def load_fixtures():
    names = sorted(path.stem for path in (settings.BASE_DIR / "fixtures").glob("*.json"))
    call_command("loaddata", *names, verbosity=0)


@pytest.fixture(scope="module")
def seed(django_db_setup, django_db_blocker):
    """The repository's fixtures, loaded once for a module and taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_fixtures()
        yield
        transaction.set_rollback(True)


def tables():
    """Our models, those of many-to-many rows included; the content has its version already."""
    models = apps.get_app_config("partners").get_models(include_auto_created=True)
    return [model for model in models if model is not ContentVersion]


def write(tables_of_rows):
    """Write the rows as they were, past all that listens to a save."""
    with transaction.atomic(), connection.cursor() as cursor:
        for rows in filter(None, tables_of_rows):
            rows[0]._meta.model._base_manager.bulk_create(rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables())):
            cursor.execute(statement)

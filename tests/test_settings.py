"""What starts, what refuses to, and what it says, each in a process of its own."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow("process")

COMPLETE = {
    "DEBUG": "off",
    "SECRET_KEY": "a-key",
    "ALLOWED_HOSTS": "partners.example.org",
    "DATABASE_URL": "sqlite:///:memory:",
}
DEVELOPMENT = "No .env and no environment: using development defaults.\n"


def run(*command, **environment):
    """Run `command` where nothing but `environment` is configured."""
    clean = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
    return subprocess.run(  # noqa: S603 — our own commands
        command,
        cwd=settings.BASE_DIR,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def python(*arguments, **environment):
    return run(sys.executable, *arguments, **environment)


def manage_shell(code, **environment):
    """Run `code` in a complete configuration, where a warning is an error."""
    shell = ("manage.py", "shell", "--verbosity=0", "--command", code)
    process = python("-W", "error", *shell, **COMPLETE | environment)
    assert process.stderr == ""
    return process


def assert_refused(process, *words):
    """It failed with one sentence that has all `words`."""
    assert process.returncode != 0
    assert process.stdout == ""
    assert process.stderr.count("\n") == 1, process.stderr
    assert process.stderr.startswith("The site cannot start: ")
    assert [word for word in words if word not in process.stderr] == []


def test_settings_with_nothing_configured_are_for_development_and_say_so():
    show = "from django.conf import settings; print(settings.DEBUG, settings.DATABASES)"
    process = python("manage.py", "shell", "--verbosity=0", f"--command={show}")
    assert process.returncode == 0
    assert process.stderr == DEVELOPMENT
    assert process.stdout.startswith("True ")
    assert "django.db.backends.sqlite3" in process.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_settings_for_production_name_what_is_missing(name):
    process = python("manage.py", "check", **COMPLETE | {name: " "})
    assert_refused(process, f"set {name} in")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "partners.example.org,*"),
        ("SITE_URL", "partners.example.org"),
        ("ENV_FILE", "no/such/file"),
        ("STORAGE_URL", "https://bucket.example.org/partners"),
        ("STORAGE_URL", "s3://key:secret@bucket.example.org"),
    ],
)
def test_settings_refuse_what_would_be_unsafe_or_unusable(name, value):
    assert_refused(python("manage.py", "check", **COMPLETE | {name: value}), name)


def test_settings_refuse_a_database_address_that_is_none():
    process = python("-W", "ignore", "manage.py", "check", **COMPLETE | {"DATABASE_URL": "oracle"})
    assert_refused(process, "DATABASE_URL")


@pytest.mark.parametrize("entry", ["wsgi", "asgi"])
@pytest.mark.parametrize("environment", [{}, {"DEBUG": "on"}], ids=["nothing", "debug"])
def test_servers_never_start_on_development_defaults(entry, environment):
    process = python("-c", f"import cirse_partners.{entry}", **environment)
    assert process.returncode != 0
    assert "set SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL in" in process.stderr
    assert DEVELOPMENT not in process.stderr


@pytest.mark.parametrize("entry", ["wsgi", "asgi"])
def test_servers_switch_debug_off(entry):
    show = f"import cirse_partners.{entry}; from django.conf import settings; print(settings.DEBUG)"
    process = python("-W", "ignore", "-c", show, **COMPLETE | {"DEBUG": "on"})
    assert (process.stdout, process.stderr, process.returncode) == ("False\n", "", 0)


#: What mails go through, and one to the operators.
MAIL = """
from django.core import mail
through = mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()
names = "host", "port", "username", "password", "use_tls", "use_ssl", "timeout"
print(type(through).__module__, *(getattr(through, name, "") for name in names))
"""
SMTP = "django.core.mail.backends.smtp"


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("smtp://localhost:25", f"{SMTP} localhost 25 None None False False 10"),
        ("smtp+tls://ann:s%3Acret@mail:587", f"{SMTP} mail 587 ann s:cret True False 10"),
        ("smtp+ssl://ann:secret@mail:465", f"{SMTP} mail 465 ann secret False True 10"),
        ("consolemail://", "django.core.mail.backends.console"),
    ],
)
def test_mails_go_where_the_environment_says(url, through):
    process = manage_shell(MAIL, EMAIL_URL=url)
    assert process.stdout.split() == through.split()


def test_error_mails_go_to_the_operators():
    process = manage_shell(
        "from django.core.mail import mail_admins; mail_admins('It broke', 'Badly.')",
        EMAIL_URL="consolemail://",
        ERROR_EMAILS="ann@example.org,ben@example.org",
    )
    assert "To: ann@example.org, ben@example.org\n" in process.stdout


SHOW_STORAGE = """
import sys
from django.core.files.storage import storages
print(type(storages["default"]).__module__)
print("boto3" in sys.modules, "made" in storages.backends)
"""


@pytest.mark.parametrize(
    ("url", "known"),
    [("", ["renditions", False, False]), ("s3://k:s@host/partners", ["buckets", True, True])],
)
def test_library_of_buckets_is_imported_where_there_is_one(url, known):
    process = manage_shell(SHOW_STORAGE, STORAGE_URL=url)
    module, *others = known
    assert process.stdout == f"partners.values.{module}\n{' '.join(map(str, others))}\n"


def test_env_example_explains_every_variable():
    code = (settings.BASE_DIR / "cirse_partners" / "settings.py").read_text()
    example = (settings.BASE_DIR / ".env.example").read_text()
    read = set(re.findall(r'\benv\.\w+\(\s*"(\w+)"', code))
    explained = re.findall(r"^# .+\n(\w+)=", example, re.MULTILINE)
    assert sorted(explained) == sorted(read)


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
def test_make_secret_completes_env_example_for_deployment(tmp_path):
    for name in ("Makefile", ".env.example"):
        shutil.copy(settings.BASE_DIR / name, tmp_path)
    made = run("make", "--directory", str(tmp_path), "secret")
    env_file = tmp_path / ".env"
    written = env_file.read_text()
    again = run("make", "--directory", str(tmp_path), "secret")
    assert (made.returncode, again.returncode) == (0, 0)
    assert env_file.read_text() == written
    assert env_file.stat().st_mode & 0o077 == 0

    check = python("manage.py", "check", "--deploy", "--fail-level=WARNING", ENV_FILE=str(env_file))
    assert check.stdout == "System check identified no issues (0 silenced).\n"
    assert (check.stderr, check.returncode) == ("", 0)


#: What starts the site, and what it must not say because gunicorn.conf.py does.
STARTERS = [
    "partners/management/commands/serve.py",
    "deploy/partners.service",
    "deploy/Containerfile",
]
SAID_THERE = r"--(timeout|graceful-timeout|workers|config|no-control-socket)[\s\"]"


def read_gunicorn(**environment):
    """The settings of gunicorn's own reader, in the folder that all three start it in."""
    show = (
        "from gunicorn.app.wsgiapp import WSGIApplication as A; import sys;"
        "sys.argv = ['gunicorn', 'cirse_partners.wsgi']; c = A().cfg;"
        "print(c.timeout, c.graceful_timeout, c.workers, c.control_socket_disable)"
    )
    process = python("-c", show, **COMPLETE | environment)
    assert process.stderr == ""
    return process.stdout.split()


def test_time_limit_is_said_once_and_holds_wherever_the_site_is_started():
    assert read_gunicorn() == ["60", "60", "3", "True"]
    assert read_gunicorn(WEB_CONCURRENCY="5")[2] == "5"
    for path in STARTERS:
        said = (settings.BASE_DIR / path).read_text()
        assert "gunicorn" in said
        assert not re.search(SAID_THERE, said), path
    assert "COPY manage.py gunicorn.conf.py ./" in said
    unit = (settings.BASE_DIR / "deploy" / "partners.service").read_text()
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[1]) > 60
    assert "WorkingDirectory=/srv/partners\n" in unit


def test_worker_is_started_wherever_the_site_is():
    deploy = settings.BASE_DIR / "deploy"
    assert "$(MANAGE) serve --bind" in (settings.BASE_DIR / "Makefile").read_text()
    assert 'CMD ["manage.py", "serve", "--bind"' in (deploy / "Containerfile").read_text()
    unit, server = [
        (deploy / f"{name}.service").read_text() for name in ("partners-worker", "partners")
    ]
    assert "bin/python manage.py work\nRestart=always\n" in unit
    shut_in = "# It writes its own folder"
    assert unit.partition(shut_in)[2] == server.partition(shut_in)[2] != ""


@pytest.mark.parametrize(
    ("debug", "says"), [("on", "127.0.0.1:8000 False True"), ("off", " False False")]
)
def test_only_development_may_ask_its_own_host_and_has_invented_pages(debug, says):
    show = (
        "from django.conf import settings; from django.contrib.staticfiles import finders; "
        "print(settings.LINK_CHECK_OWN, settings.LINK_CHECK_PRIVATE, "
        "bool(finders.find('demo/society.html')))"
    )
    assert manage_shell(show, DEBUG=debug).stdout == f"{says}\n"

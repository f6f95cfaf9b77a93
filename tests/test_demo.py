"""`manage.py demo`: what it makes, what it leaves alone, when it refuses."""

import re
import socket

import pytest
from django.contrib.auth.models import User
from django.core import mail, serializers
from django.core.management import CommandError, call_command

from partners.management.commands.demo import Command, fixture_files
from partners.models import Citation, Inquiry, Organisation, PendingChange, SourceCheck
from partners.models.base import new_key
from partners.values import pdf
from partners.values.pages import of_html
from partners.values.quotations import judged
from tests.factories import FigureFactory, OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def development(settings, tmp_path):
    """DEBUG on, and one organisation to load."""
    settings.DEBUG = True
    settings.FIXTURE_DIRS = [tmp_path]
    settings.MEDIA_ROOT = tmp_path / "media"
    loaded = OrganisationFactory.build(key="loaded", name="Organisation")
    record = serializers.serialize("json", [loaded])
    (tmp_path / "01_organisations.json").write_text(record)


def prepare(capsys):
    """The lines that `demo --no-serve` prints."""
    call_command("demo", no_serve=True)
    return capsys.readouterr().out.splitlines()


def test_demo_loads_the_content_and_makes_the_accounts(client, development, capsys):
    lines = prepare(capsys)
    assert [line for line in lines if line.startswith("[")] == [
        "[1/7] Migrating the database",
        "[2/7] Loading the content from 1 fixtures",
        "[3/7] Cards for pages that are shared: 1 drawn",
        "[4/7] A letter to Organisation, not sent:",
        "[5/7] Demo accounts: created editor, publisher, admin",
        "[6/7] Changes to try: 1",
        "[7/7] Sources to watch: 0",
    ]
    assert [line.strip() for line in lines[-8:-5]] == [
        "editor / demo-editor",
        "publisher / demo-publisher",
        "admin / demo-admin",
    ]
    assert [organisation.key for organisation in Organisation.objects.all()] == ["loaded"]
    [link] = re.findall(r"http://[^ /]+(/confirm/[^ ]+/)", "\n".join(lines))
    assert client.get(link).status_code == 200
    assert not mail.outbox
    assert not Inquiry.objects.filter(sent_at__isnull=False).exists()
    users = User.objects.order_by("pk")
    assert [
        (
            user.username,
            user.is_staff,
            user.is_superuser,
            [group.name for group in user.groups.all()],
        )
        for user in users
    ] == [
        ("editor", True, False, ["Editors"]),
        ("publisher", True, False, ["Publishers"]),
        ("admin", True, True, []),
    ]
    assert all(user.check_password(f"demo-{user.username}") for user in users)


def test_demo_again_changes_nothing(development, capsys):
    prepare(capsys)
    Organisation.objects.update(summary="Changed by staff.")
    editor = User.objects.get(username="editor")
    editor.set_password("chosen since")
    editor.save()
    editor.groups.clear()

    lines = prepare(capsys)

    assert "[2/7] Content is there, load skipped" in lines
    assert "kept as they are" in lines[4]
    assert Organisation.objects.get().summary == "Changed by staff."
    editor = User.objects.get(username="editor")
    assert editor.check_password("chosen since")
    assert not editor.groups.exists()
    assert User.objects.count() == 3


def test_demo_has_a_change_in_each_state_that_one_can_wait_in(development, tmp_path, capsys):
    records = [OrganisationFactory.build(key=key, summary="They test.") for key in "abc"]
    (tmp_path / "01_organisations.json").write_text(serializers.serialize("json", records))
    assert "Try this: log in as publisher" in prepare(capsys)[-3]
    Status = PendingChange.Status  # noqa: N806 — a class
    changes = PendingChange.objects.order_by("key")
    assert [(each.by_name, each.status) for each in changes] == [
        ("editor", Status.HANDED_IN),
        ("editor", Status.SENT_BACK),
        ("publisher", Status.SCHEDULED),
    ]
    assert changes[1].comment == "Which source says that they are the largest?"
    assert changes[2].rows[0]["fields"]["summary"] == "They test. They meet in May."
    assert "[6/7] Changes to try: kept as they are" in prepare(capsys)


def test_demo_has_sources_of_its_own_and_one_has_changed(development, settings, capsys):
    for value in (5, 6, 7):
        FigureFactory(organisation=OrganisationFactory(), value=value)
    for _ in range(3):
        OrganisationFactory(key=new_key())  # the changes to try
    prepare(capsys)
    cited = Citation.objects.exclude(quotation="").select_related("source", "organisation")
    pages = {each.source.url.rpartition("/")[2]: each for each in cited}
    outcomes = {}
    for name, citation in pages.items():
        assert citation.path.startswith("figures/")
        body = (settings.BASE_DIR / "fixtures/demo" / name).read_bytes()
        is_pdf = name.endswith(".pdf")
        wanted = {citation.quotation}
        readings = list(pdf.readings(body, wanted)) if is_pdf else [of_html(body.decode())]
        found = [judged(citation.quotation, reading).outcome for reading in readings]
        outcomes[name] = "says-so" if "says-so" in found else found[0]
    assert outcomes == {
        "society.html": "says-else", "college.html": "says-so", "report.pdf": "says-so",
    }  # fmt: skip
    assert set(SourceCheck.objects.values_list("outcome", flat=True)) == {"says-so"}
    assert "[7/7] Sources to watch: kept as they are" in prepare(capsys)


def test_demo_is_refused_outside_debug():
    with pytest.raises(CommandError, match="only with DEBUG on"):
        call_command("demo", no_serve=True)
    assert not User.objects.exists()


def test_demo_without_fixtures_stops_before_the_accounts(development, settings, tmp_path):
    settings.FIXTURE_DIRS = [tmp_path / "elsewhere"]
    with pytest.raises(CommandError, match="nothing to load"):
        call_command("demo", no_serve=True)
    assert not User.objects.exists()


def test_demo_says_when_the_port_is_taken(development):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} cannot be used .+PORT=8123"):
            call_command("demo", port=port)
    assert not User.objects.exists()


def test_what_is_not_there_has_the_page_of_the_site(development, monkeypatch, client):
    """As it is served: Django's own page for programmers is not what the demo shows."""
    answers = []

    def serve(command, *arguments, **options):
        answers.append(client.get("/organisations/nobody/"))

    monkeypatch.setattr("partners.management.commands.demo.call_command", serve)
    command = Command()
    command.progress = "[4/4]"
    command.serve(8123)
    page = answers[0].content.decode()
    assert answers[0].status_code == 404
    assert "<h1>There is no such page</h1>" in page
    assert "DEBUG" not in page


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_demo_says_when_the_port_is_none(development, port):
    with pytest.raises(CommandError, match="is not a port"):
        call_command("demo", port=port)


def test_fixture_files_come_in_the_order_of_their_numbers(settings, tmp_path):
    settings.FIXTURE_DIRS = [tmp_path]
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in ["10_b.json", "02_c.json", "01_d.json", "notes.json", "03_e.txt"]:
        (tmp_path / name).touch()
    assert [file.name for file in fixture_files()] == ["01_d.json", "02_c.json", "10_b.json"]

"""Show the site: content loaded, demo accounts made, served on this machine only."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils import timezone

from partners.accounts.groups import EDITORS, PUBLISHERS
from partners.management.beside import worker_beside
from partners.models import Organisation, PendingChange, Revision
from partners.publishing import presses
from partners.reading import cards
from partners.rows.door import take_one
from partners.rows.offers import Offer
from partners.rows.standing import standing

HOST = "127.0.0.1"
#: User name → group; None is the superuser. The passwords are public, hence DEBUG only.
ACCOUNTS = {"editor": EDITORS, "publisher": PUBLISHERS, "admin": None}


class Seed(NamedTuple):
    """What a change adds to the summary, and who does what with it: (account, Press, its word)."""

    adds: str
    steps: list


SEEDS = [
    Seed("Their members vote every year.", [("editor", presses.HAND_IN, "Their annual report")]),
    Seed(
        "They are the largest of all.",
        [
            ("editor", presses.HAND_IN, "From their website"),
            ("publisher", presses.SEND_BACK, "Which source says that they are the largest?"),
        ],
    ),
    Seed("They meet in May.", [("publisher", presses.SCHEDULE, "Public once they announce it")]),
]
TRY_THIS = (
    "Try this: log in as publisher and approve the first of “For you”; as editor, find what was "
    "sent back; under “Pending changes”, see what changes by itself in a month."
)
WITH_SECOND_FACTOR = (
    "To see the second factor as well: SECOND_FACTOR_REQUIRED=on make demo; publisher and admin "
    "then set it up as they log in."
)


def password_of(name):
    return f"demo-{name}"


class Command(BaseCommand):
    help = "Migrates, loads the content, creates demo accounts and serves the site (DEBUG only)."
    requires_system_checks = ()  # migrate and runserver make them, one after the other

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000, help="default: %(default)s")
        parser.add_argument("--no-serve", action="store_true", help="prepare only")

    def handle(self, *, port, no_serve, **options):
        if not settings.DEBUG:
            raise CommandError(
                "The demo has passwords that everybody knows, so it runs only with DEBUG on."
            )
        if not no_serve:
            refuse_taken_port(port)
        steps = [self.migrate, self.load, self.draw_cards, self.create_accounts, self.seed_changes]
        if not no_serve:
            steps.append(lambda: self.serve(port))
        for number, step in enumerate(steps, start=1):
            self.progress = f"[{number}/{len(steps)}]"
            step()

    def say(self, text):
        self.stdout.write(f"{self.progress} {text}")
        self.stdout.flush()  # a step can take a while, and a pipe would hold the line back

    def migrate(self):
        self.say("Migrating the database")
        call_command("migrate", verbosity=0, interactive=False)

    def load(self):
        if Organisation.objects.exists():
            self.say("Content is there, load skipped")
            return
        fixtures = fixture_files()
        self.say(f"Loading the content from {len(fixtures)} fixtures")
        call_command("loaddata", *fixtures, stdout=self.stdout, stderr=self.stderr)

    def create_accounts(self):
        made = [name for name, group in ACCOUNTS.items() if create_account(name, group)]
        made = f"created {', '.join(made)}" if made else "all there, kept as they are"
        self.say(f"Demo accounts: {made}")
        self.stdout.write("      Demo credentials (user name / password):")
        for name in ACCOUNTS:
            self.stdout.write(f"        {name} / {password_of(name)}")
        if not settings.SECOND_FACTOR_REQUIRED:
            self.stdout.write(f"      {WITH_SECOND_FACTOR}")

    def seed_changes(self):
        """On records that the public reads, one change in each state that a change can wait in."""
        if PendingChange.objects.exists() or Revision.objects.exists():
            self.say("Changes to try: kept as they are")
            return
        people = get_user_model().objects.in_bulk(ACCOUNTS, field_name="username")
        organisations = Organisation.objects.live(timezone.now()).order_by("pk")[: len(SEEDS)]
        for organisation, seed in zip(organisations, SEEDS, strict=False):
            seed_change(organisation, seed, people)
        self.say(f"Changes to try: {len(organisations)}")
        self.stdout.write(f"      {TRY_THIS}")

    def draw_cards(self):
        self.say(f"Cards for pages that are shared: {cards.draw_missing()} drawn")

    def serve(self, port):
        settings.SITE_URL = f"http://{HOST}:{port}"  # what its calendars and feeds lead to
        settings.DEBUG = False  # what goes wrong has the pages that visitors get, not Django's
        self.say(f"Serving {settings.SITE_URL}/ and, for staff, {settings.SITE_URL}/admin/")
        self.stdout.write("      Stop it with Ctrl+C.")
        self.stdout.flush()
        with worker_beside(SITE_URL=settings.SITE_URL):
            call_command("runserver", f"{HOST}:{port}", use_reloader=False, skip_checks=False)


def refuse_taken_port(port):
    """Raise CommandError unless this machine can serve on `port` (1 to 65535)."""
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} is not a port: choose one from 1024 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as runserver does
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}): "
                "choose another, as in `make demo PORT=8123`."
            ) from error


def fixture_files():
    """The numbered fixtures, in the order of loading."""
    folders = map(Path, settings.FIXTURE_DIRS)
    files = [file for folder in folders for file in sorted(folder.glob("[0-9][0-9]_*.json"))]
    if not files:
        raise CommandError("There is nothing to load: no fixtures/01_….json and onwards.")
    return files


def seed_change(organisation, seed, people):
    """Take the steps of a Seed, as the accounts `people` ({name: user}) would."""
    now = timezone.now()
    base = standing(Organisation, organisation.pk).present
    root, *parts = base
    summary = f"{root['fields']['summary']} {seed.adds}".strip()[:300]
    rows = [root | {"fields": root["fields"] | {"summary": summary}}, *parts]
    for name, press, word in seed.steps:
        when = now + timedelta(days=30)
        offer = Offer(Organisation, organisation.pk, base, rows, why=word, when=when)
        take_one(offer, press, people[name], now)


@transaction.atomic
def create_account(name, group):
    """Make the account unless there is one of that name; tell whether it was made."""
    users = get_user_model().objects
    if users.filter(username=name).exists():
        return False
    user = users.create_user(
        name,
        f"{name}@example.org",
        password_of(name),
        is_staff=True,
        is_superuser=group is None,
    )
    if group:
        user.groups.add(Group.objects.get(name=group))
    return True

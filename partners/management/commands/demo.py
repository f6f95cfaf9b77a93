"""Show the site: content loaded, demo accounts made, served on this machine only."""

import socket
import uuid
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import BaseCommand, CommandError, call_command
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from partners.accounts.groups import EDITORS, PUBLISHERS
from partners.care import inquiries
from partners.management.beside import worker_beside
from partners.models import (
    Citation,
    Contact,
    Figure,
    Organisation,
    PendingChange,
    Revision,
    Source,
    SourceCheck,
)
from partners.publishing import presses
from partners.reading import cards
from partners.rows import snapshots
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
#: A page of the demo's own → what is quoted from it, and was found there yesterday.
WORLD = {
    "society.html": "more than 75,000 members",
    "college.html": "8,000 radiography students",
    "report.pdf": "more than 12,500 members of 43 national societies",
}
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
            settings.SITE_URL = site_url(port)  # what its calendars and mails lead to
        steps = [self.migrate, self.load, self.draw_cards, self.ask_partner, self.create_accounts]
        steps += [self.seed_changes, lambda: self.seed_sources(site_url(port))]
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

    def seed_sources(self, address):
        """On records without a pending change, a source that the demo serves; one has changed."""
        if Source.objects.filter(pk__startswith="demo-").exists():
            self.say("Sources to watch: kept as they are")
            return
        publisher = get_user_model().objects.get(username="publisher")
        taken = PendingChange.objects.values("key")
        figures = Figure.objects.exclude(organisation__in=taken).order_by("-value", "pk")
        figures = figures.filter(organisation__in=Organisation.objects.live())
        found = list(zip(WORLD, cycle(figures), strict=False))
        for page, figure in found:
            seed_source(page, figure, address, publisher)
        self.say(f"Sources to watch: {len(found)}")
        self.stdout.write(
            f"      In another window: SITE_URL={address} .venv/bin/python manage.py "
            "watch_sources; then see “Needs attention”."
        )

    def ask_partner(self):
        """Show the letter to a partner, and the link in it; nothing is sent."""
        if Contact.objects.exists():
            self.say("A letter to a partner: kept as it is")
            return
        partners = Organisation.objects.live(timezone.now()).partners().order_by("pk")
        for partner in partners[:1]:
            name, mail = "Dr Ada Example", "ada@partner.example.org"
            contact = Contact.objects.create(organisation=partner, name=name, email=mail)
            texts, now = (inquiries.SUBJECT, inquiries.TEXT), timezone.now()
            inquiry = inquiries.ask(contact, *texts, by=None, at=now, sends=False)
            self.say(f"A letter to {partner.short_name}, not sent:")
            self.stdout.write(inquiries.written("ask", inquiry)["text"].strip())

    def draw_cards(self):
        self.say(f"Cards for pages that are shared: {cards.draw_missing()} drawn")

    def serve(self, port):
        settings.DEBUG = False  # what goes wrong has the pages that visitors get, not Django's
        self.say(f"Serving {settings.SITE_URL}/ and, for staff, {settings.SITE_URL}/admin/")
        self.stdout.write("      Stop it with Ctrl+C.")
        self.stdout.flush()
        with worker_beside(SITE_URL=settings.SITE_URL):
            call_command("runserver", f"{HOST}:{port}", use_reloader=False, skip_checks=False)


def site_url(port):
    return f"http://{HOST}:{port}"


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


def seed_source(page, figure, site_url, publisher):
    """Cite a page of WORLD for that Figure, as found there yesterday."""
    key, url, now = f"demo-{slugify(page)}", f"{site_url}/static/demo/{page}", timezone.now()
    row = snapshots.new(Source, key, title=f"An invented page ({page})", url=url)
    take_one(Offer(Source, key, [], [row]), presses.SAVE_AT_ONCE, publisher, now)
    root = figure.organisation
    row = snapshots.new(
        Citation,
        uuid.uuid4(),
        organisation=root.pk,
        path=f"figures/{figure.pk}/value",
        source=key,
        quotation=WORLD[page],
    )
    base = standing(Organisation, root.pk).present
    take_one(Offer(Organisation, root.pk, base, [*base, row]), presses.PUBLISH, publisher, now)
    moments = dict.fromkeys(["first_at", "last_at"], now - timedelta(days=1))
    SourceCheck.objects.create(url=url, quotation=WORLD[page], outcome="says-so", **moments)


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

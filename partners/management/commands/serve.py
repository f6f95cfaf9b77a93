"""Serve the site, where nothing else starts the server and the worker."""

import signal
import subprocess
import sys

from django.core.management import BaseCommand

from partners.management.beside import worker_beside

PASSED_ON = signal.SIGTERM, signal.SIGINT, signal.SIGHUP


class Command(BaseCommand):
    help = (
        "Runs gunicorn, as gunicorn.conf.py and GUNICORN_CMD_ARGS configure it, and beside it a "
        "worker that does what was queued."
    )

    def add_arguments(self, parser):
        parser.add_argument("--bind", default="127.0.0.1:8000", help="default: %(default)s")

    def handle(self, *, bind, **options):
        command = [sys.executable, "-m", "gunicorn", "cirse_partners.wsgi", "--bind", bind]
        server = subprocess.Popen(command)  # noqa: S603 — our own command
        for number in PASSED_ON:
            signal.signal(number, lambda number, frame: server.send_signal(number))
        with worker_beside():
            sys.exit(server.wait())

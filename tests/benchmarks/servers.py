"""The site as it is served: with and without its page cache, bare, and by another server."""

import sys
from contextlib import contextmanager
from pathlib import Path

from whitenoise.compress import Compressor

from tests.benchmarks.databases import OPERATOR
from tests.production.site import PASSWORD, Site, Visitor, environment

WORKERS = 2
#: Sent by every visitor: what a proxy says, and how compressed an answer may be.
HEADERS = {"Accept-Encoding": "br, gzip"}
STATIC_PAGE = "/static/reference/page.html"


class Gunicorn(Site):
    """What `make serve` starts."""


class Granian(Site):
    """One thread a worker does the work, as in gunicorn."""

    threads = ["--blocking-threads", "1"]

    def command(self):
        return [
            str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--no-ws",
            "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self.workers),
            *self.threads, "cirse_partners.wsgi:application",
        ]  # fmt: skip


class GranianByDefault(Granian):
    threads = []


NO_CACHE = {"PAGE_CACHE_MEGABYTES": "0"}
#: Name → what serves it, and what its environment says beside the usual.
SERVERS = {
    "uncached": (Gunicorn, NO_CACHE),
    "cached": (Gunicorn, {}),
    "bare": (Gunicorn, NO_CACHE | {"BARE": "on"}),
    "granian": (Granian, {}),
    "granian, its threads": (GranianByDefault, {}),
}


def configured(name, url, folder):
    """The server of that name, not started yet."""
    server, special = SERVERS[name]
    usual = {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "SECOND_FACTOR_REQUIRED": "off",
        "LOG_LEVEL": "ERROR",
    }
    return server(environment(folder, url) | usual | special, folder / "log", WORKERS)


@contextmanager
def running(names, url, folder):
    """The servers of those names, by name, all at once; stopped afterwards."""
    sites = {}
    try:
        for name in names:
            sites[name] = configured(name, url, folder)
            sites[name].start()
        yield sites
    finally:
        for site in sites.values():
            site.stop()


def log_in(site):
    """The cookies of somebody who works in the admin, as a header's value."""
    visitor = Visitor(site)
    visitor.send_form("/admin/login/", "login-form", "_", username=OPERATOR, password=PASSWORD)
    return "; ".join(f"{name}={cookie.value}" for name, cookie in visitor.cookies.items())


def collect_static(url, folder):
    """The static files, and among them one that is as large as the partners page."""
    configured("uncached", url, folder).manage("collectstatic", "--no-input", "--verbosity=0")
    with running(["uncached"], url, folder) as sites:
        page = Visitor(sites["uncached"]).get("/")
    file = folder / STATIC_PAGE.strip("/")
    file.parent.mkdir()
    file.write_bytes(page.content)
    list(Compressor(quiet=True).compress(str(file)))

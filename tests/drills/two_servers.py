"""Two servers behind nginx: one is killed under load, both are upgraded, and no reader notices.

    python -m tests.drills.two_servers --database-url URL [--seconds 60] [--tries 1000]
        [--editors 4] [--readers 10] [--previous COMMIT] [--bucket]

Run it from the folder that holds manage.py; nginx must be installed. Two servers of the previous
landing share a PostgreSQL database, which is made and dropped as in kill_publish, and the folders
of uploads and of made files; nginx, configured by deploy/nginx.conf, is in front. A logo is sent to
the first. While editors publish and readers read, that logo too, the first is killed and started
again with today's code, after migrating; then the second is stopped and started with today's code.
No GET may be a 5xx, and no more answers be cut short than processes were killed; what was accepted
stands in the history once.

Then one record is changed so many times, and each time asked for by way of nginx: the answer must
have the change. What each server gives of the logo and of the files that a worker made beside the
first is the same. At last both are stopped: known pages are still answered. The exit code is 0 if
all of that holds.

--bucket: instead of folders the servers share a bucket (moto's server for S3), and each has empty
folders of its own. If the previous landing knows no buckets, both servers begin with today's code.
"""

import argparse
import io
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import Request, urlopen

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from partners.exchange.opendata import made
from partners.models import Organisation, Revision
from partners.values.renditions import name_of
from tests.admin.browser_form import read
from tests.drills import upgrade
from tests.drills.databases import ROOT, fresh_database
from tests.drills.load import CUT_SHORT, MAKE_EDITORS, Load, log_in
from tests.production.site import PASSWORD, Site, Visitor, environment, free_port

#: What the drill has otherwise than deploy/nginx.conf: no TLS, its own ports and folders.
HERE = [
    (r"127\.0\.0\.1:8000", "127.0.0.1:{first}"),
    (r"127\.0\.0\.1:8001", "127.0.0.1:{second}"),
    (r"/var/cache/nginx/partners", "{folder}/pages"),
    (r"listen 443 ssl;", "listen 127.0.0.1:{port};"),
    (r" *ssl_certificate\w* .*;\n", ""),
    (r"\$scheme", "https"),
]
WHOLE = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
access_log off;
{temporary}
{site}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
#: Parts of the time under load: the first server is killed, is back, the second goes and comes.
KILLED, BACK, UPGRADED = 0.2, 0.3, 0.6
#: Seconds after which nginx asks a server again that was away (fail_timeout), and a bit.
PAUSE = 3
READING = {"read", "open"}
FILE = "/data/partners.json"
#: Processes of a server; each that is killed may cut short the one answer that it is sending.
WORKERS = 2


@dataclass
class Front:
    """nginx, which a Visitor asks as if it were a Site."""

    port: int


@contextmanager
def nginx_before(servers, folder):
    """The Front of two Sites."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        raise SystemExit("Install nginx first.")
    first, second = (site.port for site in servers)
    known = {"first": first, "second": second, "folder": folder, "port": free_port()}
    site = (ROOT / "deploy/nginx.conf").read_text()
    for pattern, here in HERE:
        site, count = re.subn(pattern, here.format(**known), site)
        if not count:
            raise SystemExit(f"deploy/nginx.conf has no {pattern}.")
    temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    configuration = folder / "nginx.conf"
    configuration.write_text(WHOLE.format(folder=folder, temporary=temporary, site=site))
    process = subprocess.Popen([program, "-p", folder, "-c", configuration])  # noqa: S603
    try:
        front = Front(known["port"])
        wait_until_answered(lambda: Visitor(front).get("/health/"), "nginx")
        yield front
    finally:
        process.terminate()
        process.wait()


def wait_until_answered(ask, who):
    for _ in range(100):
        try:
            ask()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{who} does not answer.")


def two_sites(folder, url, tree, bucket):
    """Two Sites that are as on two machines: uploads and made files alone are shared.

    They are in `folder`, or in the bucket of that address ("" for none).
    """
    known = environment(folder, url) | {
        "SECOND_FACTOR_REQUIRED": "off",
        "LOG_LEVEL": "ERROR",
        "DATA_ROOT": str(folder / "data"),
        "STORAGE_URL": bucket,
    }
    return [
        Site(
            known | own_folders(folder / name, bucket),
            folder / f"{name}.log",
            workers=WORKERS,
            tree=tree,
            python=sys.executable if tree == ROOT else upgrade.python_of(tree),
            port=free_port(),
        )
        for name in ("first", "second")
    ]


def own_folders(folder, bucket):
    """What no other server sees of a Site's files (settings)."""
    shared = {"MEDIA_ROOT": "media", "DATA_ROOT": "data"} if bucket else {}
    return {
        name: str(folder / place) for name, place in (shared | {"STATIC_ROOT": "static"}).items()
    }


@contextmanager
def bucket_of(folder):
    """The address (STORAGE_URL) of a bucket on this machine, which is empty."""
    port = free_port()
    with (folder / "bucket.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 — our own command
            [Path(sys.executable).with_name("moto_server"), "-H", "127.0.0.1", "-p", str(port)],
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_answered(lambda: urlopen(address).close(), "The bucket")
        urlopen(Request(f"{address}/partners", method="PUT")).close()  # noqa: S310
        yield f"s3+http://key:secret@127.0.0.1:{port}/partners"
    finally:
        process.terminate()
        process.wait()


def tree_to_begin_with(folder, options):
    """Where the code lies that both servers begin with."""
    tree = upgrade.tree_before(folder, options.previous)
    if not options.bucket or (tree / "partners/values/buckets.py").exists():
        return tree
    sys.stdout.write("The previous landing knows no buckets: both begin with today's code.\n")
    return ROOT


def of_today(site):
    """The same Site with today's code."""
    return replace(site, tree=ROOT, python=sys.executable)


def copy_static(first, second):
    """Give the second the static files that the first collected with the same code."""
    folders = (site.environment["STATIC_ROOT"] for site in (first, second))
    shutil.copytree(*folders, dirs_exist_ok=True)


def kill(site):
    for process in site.processes():
        subprocess.run(["kill", "-KILL", str(process)], check=False)  # noqa: S603, S607
    site.process.wait()


def under_load(servers, load, options):
    """Kill and upgrade while people work; returns the servers of today."""
    begun = time.monotonic()
    people = threading.Thread(target=load.run, args=[options.editors, options.readers])
    people.start()

    def wait_until(part):
        time.sleep(max(0, begun + part * options.seconds - time.monotonic()))

    first, second = servers
    try:
        wait_until(KILLED)
        kill(first)
        wait_until(BACK)
        first = of_today(first)
        first.manage("collectstatic", "--no-input", "--verbosity=0")
        first.manage("migrate", "--verbosity=0")
        first.start()
        wait_until(UPGRADED)
        time.sleep(PAUSE)
        second.stop()
        second = of_today(second)
        copy_static(first, second)
        second.start()
        wait_until(1)
    finally:
        load.over.set()
        people.join()
    return [first, second]


def wrong_under_load(load):
    """Yield what the load shows that must not be (str)."""
    for (kind, status), count in load.statuses.items():
        is_wrong = isinstance(status, str) or status >= 500
        if kind in READING and is_wrong and status != CUT_SHORT:
            yield f"{kind}: {count} answered {status}"
    cut = sum(count for (_, status), count in load.statuses.items() if status == CUT_SHORT)
    if cut > WORKERS:
        yield f"{cut} answers were cut short"
    texts = Counter(
        each.rows[0]["fields"]["summary"]
        for each in Revision.objects.filter(kind="partners.organisation", what="Published")
        if each.rows
    )
    for text in load.accepted:
        if texts[text] != 1:
            yield f"“{text}” was accepted, and is in the history {texts[text]} times."


def stale(front, key, tries):
    """How many of the answers have not what was just written."""
    record, found = Organisation.objects.get(pk=key), 0
    visitor = Visitor(front)
    for number in range(tries):
        record.summary = f"Version {number} of {tries}."
        record.save()
        found += record.summary not in visitor.get(record.get_absolute_url()).text
    return found


def send_logo(site, key):
    """Publish a logo of the organisation by its form; returns the addresses that pages show."""
    visitor, content = Visitor(site), io.BytesIO()
    Image.new("RGB", (400, 200), "navy").save(content, "PNG")
    log_in(visitor, 0)
    path = f"/admin/partners/organisation/{key}/change/"
    fields = read(visitor.get(path).text, "organisation_form")[0]
    fields |= {"logo": SimpleUploadedFile("logo.png", content.getvalue()), "logo_alt": "A ring"}
    posted = {name: value for name, value in fields.items() if value is not None}
    answer = visitor.post(path, posted | {"_publish": "1"})
    if answer.status != 302:
        raise SystemExit(f"The logo was not taken: {answer.status}")
    logo = Organisation.objects.get(pk=key).logo.name
    return [f"/media/{logo}", *(f"/media/{name_of(logo, scale)}" for scale in (1, 2))]


def make_files_beside(site):
    """Let a worker of `site` make the files of so many records. Yield what is wrong (str)."""
    now = timezone.now()
    Organisation.objects.bulk_create(
        Organisation(key=f"many-{number}", slug=f"many-{number}", name="Many", published_at=now)
        for number in range(made.MOST_AT_ONCE)
    )
    status = Visitor(site).get(FILE).status
    if status != 503:
        yield f"{FILE} was made by a request: {status}"
    site.manage("work", "--once")


def unlike(servers, addresses):
    """Yield what one server gives otherwise than the other, or not at all (str)."""
    for address in addresses:
        first, second = (Visitor(site).get(address) for site in servers)
        if (first.status, second.status) != (200, 200):
            yield f"{address}: {first.status}, {second.status}"
        elif (first.content, first.headers["ETag"]) != (second.content, second.headers["ETag"]):
            yield f"{address} is not the same"
    part = Visitor(servers[1]).get(FILE, Range="bytes=0-99")
    if (part.status, len(part.content)) != (206, 100):
        yield f"a part of {FILE}: {part.status}"


def drill(url, folder, options, bucket):
    """Yield (what, what is wrong with it: list of str)."""
    servers = two_sites(folder, url, tree_to_begin_with(folder, options), bucket)
    servers[0].prepare()
    copy_static(*servers)
    make = MAKE_EDITORS.format(options.editors, PASSWORD)
    keys = servers[0].manage("shell", "--verbosity=0", "--command", make).split()
    with ExitStack() as ends:
        for site in servers:
            site.start()
        try:
            front = ends.enter_context(nginx_before(servers, folder))
            load = Load(front, keys)
            pictures = send_logo(servers[0], keys[0])
            load.addresses += pictures
            servers = under_load(servers, load, options)
            answers, accepted = sum(load.statuses.values()), len(load.accepted)
            wrong = [*wrong_under_load(load)]
            yield f"{answers} answers, {accepted} changes", wrong
            if wrong:
                sys.stdout.write((folder / "error.log").read_text()[-3000:])
            missed = stale(front, keys[0], options.tries)
            yield f"{options.tries} changes read at once", [f"{missed} stale"] if missed else []
            wrong = [*make_files_beside(servers[0]), *unlike(servers, [*pictures, FILE])]
            yield "files of one server, given by the other", wrong
        finally:
            for site in servers:
                if site.process.poll() is None:
                    site.stop(signal.SIGTERM)
        known = ["/", "/organisations/esr/", *pictures]
        statuses = {path: Visitor(front).get(path).status for path in known}
        wrong = [f"{path}: {status}" for path, status in statuses.items() if status != 200]
        yield "known pages without a server", wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("editors", 4), ("readers", 10), ("seconds", 60), ("tries", 1000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--previous", default=upgrade.PREVIOUS, help="the commit to upgrade from")
    parser.add_argument("--database-url", required=True, help="a PostgreSQL database to make")
    parser.add_argument("--bucket", action="store_true", help="share a bucket instead of folders")
    options = parser.parse_args()
    broken = 0
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        database = ends.enter_context(fresh_database(options.database_url))
        bucket = ends.enter_context(bucket_of(folder)) if options.bucket else ""
        for what, wrong in drill(database.url, folder, options, bucket):
            sys.stdout.write(f"{what}: {'; '.join(wrong[:5]) or 'all well'}\n")
            sys.stdout.flush()
            broken += len(wrong)
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())

"""The site as it is deployed: gunicorn with the settings of production, asked over real HTTP."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.admin.browser_form import read

HOST = "partners.example.org"
PASSWORD = "rhubarb-crumble-9"
#: Makes an operator with a second factor whose secret everybody knows, and one recovery code a run.
MAKE_OPERATOR = f"""
from django.contrib.auth.models import User
from partners.accounts import access
user = User.objects.create_superuser("operator", "operator@example.org", "{PASSWORD}")
device = access.begin_second_factor(user)
print("\\n".join(access.confirm_second_factor(device)))
"""


@dataclass
class Answer:
    status: int
    headers: dict
    content: bytes
    cookies: list  # the Set-Cookie headers

    @property
    def text(self):
        return self.content.decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Site:
    """A running site. `stop` ends it; its log is kept in `log`.

    `tree` is the folder of its code, `python` the one that runs it.
    """

    environment: dict
    log: Path
    workers: int = 1
    codes: list = field(default_factory=list)
    tree: Path = settings.BASE_DIR
    port: int = 0
    python: str = sys.executable

    def manage(self, *arguments, **environment):
        """Run a command of manage.py there; returns what it said."""
        done = subprocess.run(  # noqa: S603 — our own command
            [self.python, "manage.py", *arguments],
            cwd=self.tree,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def prepare(self):
        """Its tables, content, static files, and an operator."""
        self.manage("migrate", "--verbosity=0")
        fixtures = sorted(path.name for path in (settings.BASE_DIR / "fixtures").glob("*.json"))
        self.manage("loaddata", "--verbosity=0", *fixtures)
        self.manage("collectstatic", "--no-input", "--verbosity=0")
        self.codes += self.manage("shell", "--verbosity=0", "--command", MAKE_OPERATOR).split()

    def command(self):
        """What serves it on `port`."""
        return [
            str(Path(self.python).with_name("gunicorn")), "cirse_partners.wsgi",
            "--no-control-socket", "--bind", f"127.0.0.1:{self.port}",
            "--workers", str(self.workers),
        ]  # fmt: skip

    def start(self):
        self.port = self.port or free_port()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 — our own command
                self.command(),
                cwd=self.tree,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        for _ in range(300):
            try:
                if Visitor(self).get("/health/").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(timeout=40)

    def peak_memory(self):
        """The most that any of the processes ever held, in bytes."""
        return max(map(_peak, self.processes()))

    def processes(self):
        """The ids of the one that was started and of its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [self.process.pid, *map(int, children.split())]


def _peak(process):
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


class Visitor:
    """Somebody behind the proxy, with a jar of cookies."""

    def __init__(self, site):
        self.site, self.cookies = site, SimpleCookie()

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, fields, **headers):
        body = encode_multipart(BOUNDARY, fields)
        headers |= {"Content-Type": MULTIPART_CONTENT, "Referer": f"https://{HOST}{path}"}
        return self.ask("POST", path, body, **headers)

    def ask(self, method, path, body=None, **headers):
        jar = "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())
        known = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        try:
            connection.request(method, path, body, known | {"Cookie": jar} | headers)
            response = connection.getresponse()
            set_cookies = response.headers.get_all("Set-Cookie", [])
            for each in set_cookies:
                self.cookies.load(each)
            return Answer(response.status, response.headers, response.read(), set_cookies)
        finally:
            connection.close()

    def send_form(self, path, form, button, **values):
        """Fill the form of that id on the page and press the button."""
        fields, _ = read(self.get(path).text, form)
        posted = {name: value for name, value in (fields | values).items() if value is not None}
        return self.post(path, posted | {button: "1"})

    def log_in(self):
        """As the operator, with a recovery code."""
        self.send_form("/admin/login/", "login-form", "_", username="operator", password=PASSWORD)
        token = read(self.get("/admin/account/").text, "code-form")[0]
        code = {"code": self.site.codes.pop(), "_code": "1"}
        answer = self.post("/admin/account/", token | code)
        assert urlsplit(answer.headers["Location"]).path == "/admin/", answer.text
        return self


def environment(folder, database_url):
    """A complete configuration for production, with its files in that folder."""
    return {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "DEBUG": "off",
        "SECRET_KEY": "k" * 60,
        "ALLOWED_HOSTS": HOST,
        "BEHIND_PROXY": "on",
        "DATABASE_URL": database_url,
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
    }

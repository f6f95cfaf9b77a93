"""Where others' programs are installed: a folder for each under var/clients, kept from run to run.

Python's and JavaScript's are pinned, and so is what they need: by the day on which the versions
were chosen. Debian's are used where they are installed.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "clients"
READERS = Path(__file__).with_name("readers")
CHOSEN_ON = "2026-11-29"
UV = Path(sys.executable).with_name("uv")


class Missing(Exception):
    """A program that is not here; what it says is why."""


class NotInstallable(Missing):
    """One that should have come from a registry at the version that the roster pins."""


class Python(NamedTuple):
    """Packages of PyPI, as pip names them, in a virtual environment."""

    package: str
    version: str
    more: tuple = ()
    source = "PyPI"

    def prepare(self):
        """(its folder, its version); installed there unless it is. Raises Missing."""
        return _once(self, "pypi", self._install), self.version

    def _install(self, folder):
        _run([UV, "venv", "--quiet", "--python", sys.executable, folder])
        packages = [f"{self.package}=={self.version}", *self.more]
        command = [UV, "pip", "install", "--quiet", "--exclude-newer", CHOSEN_ON]
        _run([*command, "--python", folder / "bin" / "python", *packages])

    @staticmethod
    def command(folder, script):
        return [folder / "bin" / "python", "-W", "ignore", READERS / script]


class JavaScript(NamedTuple):
    """Packages of npm; their own install scripts do not run."""

    package: str
    version: str
    more: tuple = ()
    source = "npm"

    def prepare(self):
        if not shutil.which("node") or not shutil.which("npm"):
            raise Missing("node and npm are not installed")
        return _once(self, "npm", self._install), self.version

    def _install(self, folder):
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"private": True, "type": "module"}))
        packages = [f"{self.package}@{self.version}", *self.more]
        quiet = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
        _run(["npm", "install", *quiet, f"--before={CHOSEN_ON}", *packages], cwd=folder)

    @staticmethod
    def command(folder, script):
        """Node looks for packages beside the script: so that is copied there."""
        shutil.copy(READERS / script, folder / script)
        return ["node", "--no-warnings", folder / script]


class Debian(NamedTuple):
    """A package of Debian, and the program that runs the script."""

    package: str
    version: str
    program: tuple = ("python3",)
    source = "Debian"

    def prepare(self):
        asked = ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}"]
        if not shutil.which("dpkg-query"):
            raise Missing("this is no Debian")
        status, _, version = _said([*asked, self.package]).partition(" ")
        if status != "installed":
            raise Missing("not installed")
        return None, version.rpartition(":")[2]

    def command(self, folder, script):
        return [*self.program, READERS / script]


def _once(client, kind, install):
    name = client.package.strip("@").replace("/", "-")
    folder = KEPT / kind / f"{name}-{client.version}"
    ready = folder / "ready"
    wanted = " ".join([CHOSEN_ON, *client.more])
    if not ready.exists() or ready.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        install(folder)
        ready.write_text(wanted)
    return folder


def _run(command, **options):
    done = subprocess.run(  # noqa: S603 — our own command
        command, capture_output=True, text=True, check=False, timeout=600, **options
    )
    if done.returncode:
        raise NotInstallable(f"cannot be installed: {(done.stderr or done.stdout).strip()[-300:]}")


def _said(command):
    return subprocess.run(  # noqa: S603 — our own command
        command, capture_output=True, text=True, check=False, timeout=60
    ).stdout

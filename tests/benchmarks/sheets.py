"""What spreadsheets cost: beside an earlier commit, and beside django-import-export.

    python -m tests.benchmarks.sheets [--before COMMIT] [--number 2000] [--library FOLDER]

Run it from the folder that holds manage.py. Each step runs in a process and a database (SQLite) of
its own, the same steps in the code of COMMIT, checked out for it and removed afterwards, and in the
present code; it prints seconds of CPU and the largest memory of each process, and fails if what is
stored differs in any table, ids and times apart.

FOLDER is where the library was put, outside the environment of the site:

    uv pip install --target FOLDER --no-deps "django-import-export==4.4.*" tablib diff-match-patch
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STEPS = Path(__file__).with_name("sheets_steps.py")


def say(sentence):
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


@contextmanager
def earlier(commit):
    """A folder with the code of that commit."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", tree, commit], check=True)  # noqa: S603
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", tree], check=True)  # noqa: S603


def measure(tree, what, number, library=None):
    """{step: {"cpu": seconds, "memory": megabytes}} and what is stored in the end, of a process."""
    known = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DEBUG": "on"}
    known["DJANGO_SETTINGS_MODULE"] = "cirse_partners.settings"
    with tempfile.TemporaryDirectory() as folder:
        known["DATABASE_URL"] = f"sqlite:///{folder}/db.sqlite3"
        known["PYTHONPATH"] = os.pathsep.join(filter(None, [str(tree), library]))
        command = [sys.executable, str(STEPS), what, str(number)]
        run = subprocess.run(command, cwd=tree, env=known, stdout=subprocess.PIPE, check=True)  # noqa: S603
    return json.loads(run.stdout)


def compare(name, one, other):
    """A line for each step of both."""
    for step, spent in other["steps"].items():
        before = one["steps"][step]
        ratio = spent["cpu"] / before["cpu"]
        say(
            f"{name}, {step}: {before['cpu']:.1f} s → {spent['cpu']:.1f} s ({ratio:.2f}), "
            f"{before['memory']} → {spent['memory']} MB"
        )


def tables_that_differ(one, other):
    """The names of those that the code of `one` has, and that hold something else in `other`."""
    return sorted(name for name, rows in one["stored"].items() if other["stored"].get(name) != rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", default="47499af")
    parser.add_argument("--number", type=int, default=2000)
    parser.add_argument("--library")
    options = parser.parse_args()
    differing = []
    with earlier(options.before) as before:
        for what in ("plain", "parts"):
            results = [measure(tree, what, options.number) for tree in (before, ROOT)]
            compare(f"{what}, {options.before} → now", *results)
            differing += tables_that_differ(*results)
    if options.library:
        ours, theirs = (
            measure(ROOT, what, options.number // 2, options.library)
            for what in ("plain", "library")
        )
        compare("django-import-export → ours", theirs, {"steps": ours["steps"]})
    say(f"Tables that differ: {', '.join(differing) or 'none'}.")
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())

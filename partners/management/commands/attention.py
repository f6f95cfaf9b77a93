"""What needs a person's eye, for people and for monitoring."""

import json
import sys

from django.conf import settings
from django.core.management import BaseCommand
from django.utils import timezone

from partners.care.attention import queue


class Command(BaseCommand):
    help = "Lists what needs attention. The exit code is 1 if anything does, 0 if nothing does."

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, **options):
        groups = queue(timezone.now())
        self.stdout.write(_json(groups) if options["format"] == "json" else _text(groups))
        if groups:
            sys.exit(1)


def _text(groups):
    lines = []
    for rule, findings in groups:
        lines += [f"{rule.title} ({len(findings)})", f"  {rule.why}"]
        lines += [f"  - {finding}" for finding in findings]
    return "\n".join(lines) or "Nothing needs attention."


def _json(groups):
    rows = [
        {
            "rule": rule.name,
            "title": rule.title,
            "why": rule.why,
            "findings": [
                {
                    "key": finding.key,
                    "record": str(finding.record or ""),
                    "says": finding.text,
                    "url": settings.SITE_URL + finding.url,
                }
                for finding in findings
            ],
        }
        for rule, findings in groups
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)

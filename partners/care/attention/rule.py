"""What a rule is, and what it finds."""

import re
from functools import cached_property
from typing import NamedTuple

from django.urls import reverse

from partners.accounts.groups import EDITORS


class Finding(NamedTuple):
    """One thing that needs a person: what is the matter, with which record, and where on its form.

    Of a whole kind of records there is no one record, but the `address` of a list.
    """

    rule: "Rule"
    subject: str
    text: str
    record: object = None
    place: str = ""
    address: str = ""

    @property
    def key(self):
        """Names it for ever, for who puts it off and for the ledger of mails."""
        return f"{self.rule.name}:{self.subject}"

    @property
    def url(self):
        """The exact place to mend it, in the admin."""
        return self.address or self.rule.url(self)

    def __str__(self):
        return f"{self.record}: {self.text}" if self.record else self.text


class Rule:
    """One thing to look for. `role`: the group that can mend it."""

    title = why = ""
    role = EDITORS

    @cached_property
    def name(self):
        return re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()

    def url(self, finding):
        """Where a finding that has no address of its own is mended."""
        record, place = finding.record, finding.place
        page = f"admin:partners_{record._meta.model_name}_change"
        return reverse(page, args=[record.pk]) + (place and f"#{place}")

    def find(self, scene):
        """Yield (record, what to say of it, part or "", place on the record's form) for each.

        Of much that is found most is only counted: a rule may yield less, and make more of it in
        `finding`.
        """
        raise NotImplementedError

    def finding(self, record, text, part="", place=""):
        """The Finding of what `find` yields."""
        subject = f"{record._meta.model_name}/{record.pk}"
        if part:
            subject += f"/{getattr(part, 'pk', part)}"
        return Finding(self, subject, text, record, place)

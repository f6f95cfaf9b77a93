"""What needs a person's eye: rules that look at the live content, and what staff put off."""

from partners.care.attention.queue import Beginning, Group, keepers, overview, queue
from partners.care.attention.rule import Finding, Rule
from partners.care.attention.rules import RULES
from partners.care.attention.scene import Scene

__all__ = [
    "RULES", "Beginning", "Finding", "Group", "Rule", "Scene", "keepers", "overview", "queue",
]  # fmt: skip

"""What needs a person's eye: rules that look at the live content, and what staff put off."""

from partners.attention.queue import Group, keepers, overview, queue
from partners.attention.rules import RULES, Finding, Rule
from partners.attention.scene import Scene

__all__ = ["RULES", "Finding", "Group", "Rule", "Scene", "keepers", "overview", "queue"]

"""The addresses of the feeds, what they say, and records that stand in them."""

from tests import factories as make

ATOM, JSON = "/feeds/changes.atom", "/feeds/changes.json"


def titles(feed):
    return [entry.title for entry in feed.entries]


def partner(**given):
    return make.OrganisationFactory(**{"name": "Partner"} | given)


def together(**given):
    return make.CollaborationFactory(**{"title": "Exam"} | given)


def event(**given):
    return make.EventFactory(**{"title": "Congress", "starts": "2990-05"} | given)

"""The back office: Django's admin, in the order of the staff's work."""

from partners.admin import (
    agreements,
    asking,
    collaboration,
    desk,
    event,
    jobs,
    links,
    organisation,
    page,
    people,
    sources,
    tasks,
    vocabulary,
)

__all__ = [
    "agreements",
    "asking",
    "collaboration",
    "desk",
    "event",
    "jobs",
    "links",
    "organisation",
    "page",
    "people",
    "sources",
    "tasks",
    "vocabulary",
]

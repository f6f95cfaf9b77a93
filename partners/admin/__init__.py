"""The back office: Django's admin, in the order of the staff's work."""

from partners.admin import (
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

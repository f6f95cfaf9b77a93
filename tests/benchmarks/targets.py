"""What is measured: the pages, what they are compared with, and in which company."""

from dataclasses import dataclass
from urllib.parse import urlencode

from tests.benchmarks.servers import STATIC_PAGE

MANY = 16  # connections
PER_PAGE = 24
#: One question of each kind: every size has these records, and says these words.
QUESTIONS = {
    "name": "Romanian College of Embolisation",
    "acronym": "CSN",
    "word in text": "registry",
    "two words": "grants oncology",
    "prefix": "interven",
    "typing error": "radiolgy",
    "no match": "zyzzyva quux",
}
SEARCH = tuple(f"/search/?{urlencode({'q': typed})}" for typed in QUESTIONS.values())
#: The dearest questions that are known.
HARD = {
    "search, long and missed": "Romanian College of Embolisation zyzzyva",
    "search, six errors": "radiolgy intervntional societi europen collge embolisaton",
    "search, two letters": "zq",
}


@dataclass(frozen=True)
class Target:
    """Paths that are asked for in turn; `{deep}` is the last page of the directory."""

    name: str
    paths: tuple
    server: str = "uncached"
    connections: int = MANY
    #: At every size; else at the largest but the very large.
    at_every_size: bool = True
    is_staffs: bool = False
    #: With the page's ETag, so that the answer is 304.
    is_unchanged: bool = False


#: Public pages by name; the numbered ones are invented, and the same at every size.
PAGES = {
    "partners page": ("/",),
    "directory": ("/organisations/",),
    "directory, deep page": ("/organisations/?page={deep}",),
    "search": SEARCH,
    "organisation": ("/organisations/generated-2/",),
    "home society": ("/organisations/cirse/",),
    "collaborations": ("/collaborations/",),
    "event": ("/events/generated-2-0/",),
    "events": ("/events/",),
    "glossary": ("/glossary/",),
}
#: What programs read.
MACHINES = {
    "feed, Atom": ("/feeds/changes.atom",),
    "feed, JSON": ("/feeds/changes.json",),
    "feed of an organisation": ("/organisations/generated-2/changes.atom",),
    "feed of the society": ("/organisations/cirse/changes.atom",),
    "calendar of all": ("/events/calendar.ics",),
    "calendar of the society": ("/organisations/cirse/calendar.ics",),
    "API, organisations": ("/api/v1/organisations/",),
    "API, events": ("/api/v1/events/",),
    "piece of the sitemap": ("/sitemap-event.xml",),
}
#: Lists of what a word finds: here five of six organisations.
FOUND = {
    "directory with a word": ("/organisations/?q=radiology",),
    "API with a word": ("/api/v1/organisations/?q=radiology",),
}
LISTS = {
    **{name: (f"/search/?{urlencode({'q': typed})}",) for name, typed in HARD.items()},
    **FOUND,
}
EMPTY = "empty view"
WITH_READ = "empty view, one read"
BARE = "empty view, no middleware"
STATIC = "static file"
LIST = "plain list"
ADMIN = "admin list"
ONE_READER = "search, one reader"
UNCHANGED = "partners page, 304"
INVENTED = "invented questions"
INVENTED_UNCACHED = "invented questions, uncached"


def cached(name):
    return f"{name}, cached"


def once(name, paths, server, **options):
    return Target(name, paths, server, at_every_size=False, **options)


#: The three that tell servers apart: (name, paths).
COMPARED = {
    "page from memory": ("/",),
    "empty view": ("/reference/empty/",),
    "rendered page": ("/reference/list/",),
}
SERVED_BY = ("cached", "granian", "granian, its threads")


def served(name, server):
    return f"{name}, {server} server"


TARGETS = [
    once(BARE, ("/reference/empty/",), "bare"),
    Target(EMPTY, ("/reference/empty/",)),
    once(WITH_READ, ("/reference/empty-with-read/",), "uncached"),
    once(cached("partners page"), ("/",), "cached"),
    once(UNCHANGED, ("/",), "cached", is_unchanged=True),
    once(STATIC, (STATIC_PAGE,), "uncached"),
    Target(LIST, ("/reference/list/",)),
    *(Target(name, paths) for name, paths in (PAGES | MACHINES | LISTS).items()),
    Target(ONE_READER, SEARCH, connections=1),
    Target(ADMIN, ("/admin/partners/organisation/",), is_staffs=True),
    *(
        once(cached(name), paths, "cached")
        for name, paths in (PAGES | MACHINES).items()
        if name != "partners page"
    ),
    once(INVENTED, ("/search/?q=invented+#",), "cached"),
    once(INVENTED_UNCACHED, ("/search/?q=invented+#",), "uncached"),
    *(
        once(served(name, server), paths, server)
        for name, paths in COMPARED.items()
        for server in SERVED_BY
    ),
]

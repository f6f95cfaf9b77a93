"""The site's own settings with the references beside its pages; BARE takes the middleware away."""

from cirse_partners.settings import *  # noqa: F403 — all of them, as they are in production
from cirse_partners.settings import BASE_DIR, MIDDLEWARE, TEMPLATES, env

ROOT_URLCONF = "tests.benchmarks.urls"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "tests" / "benchmarks" / "templates")
MIDDLEWARE = [] if env.bool("BARE", default=False) else MIDDLEWARE

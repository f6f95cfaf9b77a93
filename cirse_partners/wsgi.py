"""The production entry point: never development defaults, whatever the environment says."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from partners.serving.content_type import PlainContentType

os.environ["DEBUG"] = "off"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cirse_partners.settings")

application = PlainContentType(get_wsgi_application())

# What was loaded to begin with is never garbage: no collection has to look at it again.
gc.collect()
gc.freeze()
# A page makes some ten thousand objects, which go with it: no need to look for circles among them
# a dozen times while it is rendered.
gc.set_threshold(20_000)

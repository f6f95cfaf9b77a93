"""The production entry point: never development defaults, whatever the environment says."""

import os

from django.core.asgi import get_asgi_application

from partners.serving.content_type import PlainContentTypeASGI

os.environ["DEBUG"] = "off"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cirse_partners.settings")

application = PlainContentTypeASGI(get_asgi_application())

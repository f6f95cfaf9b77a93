"""An upload of a test: stored, read back, and given to a reader."""

import io
import re

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from tests import factories as make

NAME = "logos/abc.png"


def picture(size=(800, 400)):
    content = io.BytesIO()
    Image.new("RGB", size, "navy").save(content, "PNG")
    return content.getvalue()


def stored(name=NAME, content=None):
    return default_storage.save(name, ContentFile(content or picture()))


def content_of(name):
    with default_storage.open(name) as file:
        return file.read()


def given(client, address):
    """The answer, read to its end."""
    response = client.get(address)
    response.getvalue()
    return response


def logo_of(key="esr"):
    """An organisation with a logo, as a form stores it."""
    organisation = make.OrganisationFactory(pk=key, slug=key, logo_alt="Their logo")
    organisation.logo.save("logo.png", ContentFile(picture(), "logo.png"))
    return organisation


def card_of(client, root):
    page = client.get(root.get_absolute_url()).content.decode()
    found = re.search(r'<meta property="og:image" content="http://[^/]*([^"]*)">', page)
    return found and found[1]

"""Cards: what other sites show of a page is what the page says, and is there only while it does."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

from partners.exchange import backups
from partners.models import Organisation
from partners.reading import cards
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    make.OrganisationFactory(name="Home Society", is_home=True)
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / cards.FOLDER


def card_of(client, root):
    """The address of the card that the page of a root offers; None if it offers none."""
    page = client.get(root.get_absolute_url()).content.decode()
    found = re.search(r'<meta property="og:image" content="([^"]*)">', page)
    return found and found[1]


@pytest.mark.parametrize("factory", make.ROOT_FACTORIES)
def test_page_offers_its_card_as_soon_as_it_is_drawn(client, settings, factory):
    root = factory()
    assert card_of(client, root) is None
    cards.draw_missing()
    address = card_of(client, root)
    assert address.startswith(f"{settings.SITE_URL}/media/cards/")
    served = client.get(address.removeprefix(settings.SITE_URL))
    served.close()
    assert served.headers["Content-Type"] == "image/png"
    assert "immutable" in served.headers["Cache-Control"]
    with Image.open(Path(settings.MEDIA_ROOT, address.partition("/media/")[2])) as card:
        assert card.size == cards.SIZE
        assert card.getextrema() != ((253, 253), (252, 252), (250, 250))


def test_card_of_another_title_is_not_shown_and_goes(client, folder):
    root = make.OrganisationFactory(name="Rhubarb Society")
    cards.draw_missing()
    before = set(folder.iterdir())
    Organisation.objects.filter(pk=root.pk).update(name="Rhubarb Union")
    root.refresh_from_db()
    assert card_of(client, root) is None
    assert cards.draw_missing() == 1
    assert card_of(client, root)
    assert len(before - set(folder.iterdir())) == 1


def test_nothing_is_drawn_of_what_is_not_public(folder):
    for state in ("draft", "scheduled", "withdrawn"):
        make.OrganisationFactory(**{state: True})
    cards.draw_missing()
    assert len(list(folder.iterdir())) == 1  # of the society


def test_title_in_letters_that_the_typeface_lacks_has_no_card(client):
    root = make.OrganisationFactory(name="Российское общество")
    cards.draw_missing()
    assert card_of(client, root) is None


def test_every_length_of_title_is_drawn_within_the_margins():
    for length in (1, 9, 60, 300):
        for word in ("W" * length, "Society " * (length // 8 or 1)):
            card = cards.drawn(word, "A Society " * 9, "Partners")
            margin = card.crop((cards.SIZE[0] - 40, 20, *cards.SIZE))
            assert margin.getextrema() == ((253, 253), (252, 252), (250, 250))


def test_cards_are_in_no_backup_and_can_be_drawn_again(folder):
    make.OrganisationFactory()
    call_command("draw_cards", verbosity=0)
    drawn = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert backups.uploads() == []
    for path in folder.iterdir():
        path.unlink()
    call_command("draw_cards", verbosity=0)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == drawn


def test_drawing_again_changes_nothing():
    make.OrganisationFactory()
    assert cards.draw_missing() == 2
    assert cards.draw_missing() == 0

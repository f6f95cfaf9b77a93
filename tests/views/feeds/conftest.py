"""A feed is read as a feed reader does; what people do to a record may be news in it."""

import json

import feedparser
import pytest
from django.contrib.auth.models import User

from partners.rows.standing import standing
from tests import acts
from tests import factories as make
from tests.views.feeds.reading import ATOM


@pytest.fixture
def change(db):
    """change(record, **fields) → published by somebody now, in an hour of its own."""
    somebody = User.objects.create_user("somebody", first_name="Quixo")

    def change(record, **fields):
        model = type(record)
        base = standing(model, record.pk).present
        rows = [{**base[0], "fields": base[0]["fields"] | fields}, *base[1:]]
        at = make.LONG_AGO if record.published_at else make.SINCE_THEN
        said = {"why": "Quixo asked"}
        acts.publish(acts.Proposal(model, record.pk, base, rows, somebody, **said), at)

    return change


@pytest.fixture
def follow(client):
    """follow(address) → the feed as feedparser reads it; JSON Feed says the same."""

    def follow(address=ATOM):
        response = client.get(address)
        assert response.status_code == 200
        assert "Last-Modified" not in response
        assert "Quixo" not in response.content.decode()
        feed = feedparser.parse(response.content)
        assert not feed.bozo
        other = json.loads(client.get(address.replace(".atom", ".json")).content)
        assert [item["id"] for item in other["items"]] == [entry.id for entry in feed.entries]
        return feed

    return follow

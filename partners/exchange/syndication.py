"""The two forms of a feed: Atom (RFC 4287) and JSON Feed 1.1. Both say the same."""

import datetime as dt
import json

from django.utils.feedgenerator import Atom1Feed, SyndicationFeed, rfc3339_date
from django.utils.html import escape


class AtomFeed(Atom1Feed):
    """Atom as Django writes it, of plain texts; without an entry it changed at no time of ours."""

    def add_item(self, title, link, description, **extra):
        """RFC 4287 §3.1.1: the summary is read as HTML, so what is plain text is escaped."""
        super().add_item(title, link, escape(description), **extra)

    def latest_post_date(self):
        never = dt.datetime.fromtimestamp(0, tz=dt.UTC)
        return super().latest_post_date() if self.items else never


class JSONFeed(SyndicationFeed):
    """https://www.jsonfeed.org/version/1.1/"""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile, encoding):
        """Write the document to `outfile`, a file of text."""
        outfile.write(json.dumps(self._document(), ensure_ascii=False))

    def _document(self):
        feed = self.feed
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed["title"],
            "home_page_url": feed["link"],
            "feed_url": feed["feed_url"],
            "description": feed["subtitle"],
            "language": feed["language"],
            "authors": [{"name": feed["author_name"]}],
            "items": [self._item(item) for item in self.items],
        }

    def _item(self, item):
        return {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_text": item["description"],
            "date_published": rfc3339_date(item["pubdate"]),
            "date_modified": rfc3339_date(item["updateddate"]),
            "tags": item["categories"],
        }


FORMS = {"atom": AtomFeed, "json": JSONFeed}

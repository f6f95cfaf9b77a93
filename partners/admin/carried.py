"""What a form carries from its page to the answer: signed versions, and the button pressed."""

import uuid
from typing import NamedTuple

from django.core import signing
from django.core.exceptions import BadRequest
from django.core.serializers.json import DjangoJSONEncoder

from partners.rows.offers import Press


class Signed:
    """Whatever is JSON, in a hidden field that comes back as it went."""

    def __init__(self, purpose):
        self.salt = f"partners.admin.{purpose}"

    def written(self, given):
        return signing.dumps(given, salt=self.salt, serializer=_Json, compress=True)

    def read(self, text):
        try:
            return signing.loads(text, salt=self.salt, serializer=_Json)
        except signing.BadSignature as error:
            raise BadRequest("This form is not whole. Load its page anew.") from error


class _Json(signing.JSONSerializer):
    def dumps(self, obj):
        return DjangoJSONEncoder(separators=(",", ":")).encode(obj).encode()


VERSION, PROPOSED = Signed("version"), Signed("proposed")


class Button(NamedTuple):
    """A way to send a form: what it does with the record; some are for publishers only."""

    name: str
    label: str
    press: Press | None = None
    is_for_publishers: bool = False


#: What forms carry under names like those of buttons.
CARRIED = {
    "_version", "_proposed", "_again", "_more", "_more_of", "_sent", "_seen", "_popup", "_to_field",
    "_selected_action",
}  # fmt: skip


def only(names, posted):
    """The one button that was posted, of those in `names`. Raises BadRequest: none is a default."""
    pressed = [name for name in posted if name.startswith("_") and name not in CARRIED]
    if len(pressed) != 1 or pressed[0] not in names:
        raise BadRequest("Which button was pressed is not clear, so nothing was changed.")
    return pressed[0]


def as_uuid(text):
    """A UUID, or None where the text is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None

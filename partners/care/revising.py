"""From what was found elsewhere to a proposal: a draft of the record, for staff to look at."""

from partners.models.sources import LONGEST_QUOTATION
from partners.publishing import presses
from partners.rows.door import take_one
from partners.rows.offers import Offer
from partners.rows.standing import standing
from partners.values import quotations
from partners.values.dates import PartialDate
from partners.values.pages import Reading

SAVED = "Saved as a draft: look at it, and hand it in."


def propose(model, key, revise, why, by, at):
    """The Answer to offering a record as `revise` (function of its rows) makes it, as a draft."""
    before = standing(model, key)
    offer = Offer(model, key, before.present, revise(before.present), before.version, why=why)
    return take_one(offer, presses.SAVE_DRAFT, by, at)


def as_read(citation, check):
    """What makes of a record's rows those that say what a SourceCheck found at its source."""
    day = PartialDate(check.last_at.date().isoformat())
    number = quotations.Words(quotations.normal(check.number)).words
    changes = {str(citation.pk): {"quotation": quotation_of(check)}}
    name, part, *_ = [*citation.path.split("/"), ""]
    if name == "figures" and part and number and number[0].isdecimal():
        source = citation.source_id
        changes[part] = {"value": int(number[0]), "as_of": str(day), "source": source}
    return lambda rows: [_changed(row, changes.get(str(row["pk"]), {})) for row in rows]


def _changed(row, fields):
    return row | {"fields": row["fields"] | fields}


def quotation_of(check):
    """The old quotation with the new number, if the source says that, else what stands there."""
    for old in quotations.numbers(check.quotation) if check.number else ():
        quotation = check.quotation.replace(old, check.number, 1)
        if quotations.judged(quotation, Reading(check.passage)).outcome == quotations.SAYS_SO:
            return quotation[:LONGEST_QUOTATION]
    return check.passage[:LONGEST_QUOTATION].rpartition(" ")[0] or check.passage

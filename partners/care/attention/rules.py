"""The rules of the queue: each says what is the matter, why it matters, and where to mend it."""

import datetime as dt
from collections import defaultdict
from zlib import crc32

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

import partners.care.attention.sources  # noqa: F401 — its rules come first
from partners.accounts.groups import PUBLISHERS
from partners.care.attention import figures  # noqa: F401 — its rules come next
from partners.care.attention.rule import Finding, Rule
from partners.models import (
    Collaboration,
    Event,
    EventSeries,
    Figure,
    Link,
    Organisation,
    OrganisationRelation,
    PendingChange,
)
from partners.models.base import moment
from partners.models.sources import Basis
from partners.values.dates import PartialDate
from partners.values.validators import validate_label

NEXT_WEEK = 7
WRITE_UP_WINDOW = dt.timedelta(days=2 * 365)


class NotYetVerified(Rule):
    title = "Not yet verified"
    why = "Nobody has checked yet that these are right, and their pages say so."

    def find(self, scene):
        for model, count in scene.unverified.items():
            if count and model is Figure:
                yield Organisation._meta, count, "?verified=figures", "figure", "figures"
            elif count:
                one, many = model._meta.verbose_name, model._meta.verbose_name_plural
                yield model._meta, count, "?verified=no", one, many

    def finding(self, meta, count, query, one, many):
        url = reverse(f"admin:partners_{meta.model_name}_changelist") + query
        text = f"{count} {one if count == 1 else many}"
        return Finding(self, one.replace(" ", "-"), text, address=url)


def _until(due, part):
    day = PartialDate(due.isoformat()).display()
    return f"{part}: {day}" if part else day


class ReviewOverdue(Rule):
    title = "Reviews overdue"
    why = "It was verified, but too long ago; compare it with the world again."

    def find(self, scene):
        for root, part, due in scene.reviews:
            if due < scene.today:
                yield root, _until(due, part), part, part and "figures-group"


class ReviewDueSoon(Rule):
    title = "Reviews due soon"
    why = "Within thirty days these want to be verified again."

    def find(self, scene):
        for root, part, due in scene.reviews:
            if scene.today <= due:
                yield root, _until(due, part), part, part and "figures-group"


class LinkWithoutTarget(Rule):
    title = "Links without a target"
    why = "Visitors do not see them until somebody knows where they lead."

    def find(self, scene):
        for link in scene.parts(Link.objects.filter(url="")):
            yield link.root, f"“{link.label}”", link, "links-group"


class LinkInTrouble(Rule):
    title = "Links in trouble"
    why = "The address was asked and did not answer as a page should."

    def find(self, scene):
        for address in scene.addresses(scene.checks):
            check = scene.checks[address.url]
            yield _found_at(address, f"{address.label}: {check.describe()}")


def _found_at(address, text):
    """What a rule yields of an Address: its record, what is the matter, which one, and where."""
    record, field = address.record, address.field.name
    if record is not address.root:
        return address.root, text, record, _group(record)
    which = f"{field}/{crc32(address.url.encode()):08x}" if address.is_in_text else field
    return record, text, which, f"id_{field}"


def _group(part):
    """The place of all parts of that kind on the form of their record."""
    root = part.root
    names = (n for n in root.parts if root._meta.get_field(n).related_model is type(part))
    return f"{next(names)}-group"


class LabelSaysNothing(Rule):
    title = "Labels that say nothing"
    why = "Out of its sentence, such a label does not say where it leads."

    def find(self, scene):
        for part in scene.labelled(_says_nothing):
            yield part.root, f"“{part}”", part, _group(part)
        for address in scene.in_texts():
            if _says_nothing(address.label):
                yield _found_at(address, f"“{address.label}”")


def _says_nothing(label):
    try:
        validate_label(label)
    except ValidationError:
        return True
    return False


class EndedButUnchanged(Rule):
    title = "Collaborations past their end"
    why = "The end has passed since the text was last changed: it may still speak of the present."

    def find(self, scene):
        for collaboration in scene.with_changes(~Q(until=""), Q(until__lte=f"{scene.today}")):
            until = collaboration.until
            if until.latest < scene.today:
                said_at = [collaboration.changed_at]
                if collaboration.last_verified:
                    said_at.append(collaboration.last_verified.verified_at)
                if timezone.localdate(max(said_at)) <= until.latest:
                    yield collaboration, f"ended {until.display()}", "", "id_description"


class EventWithoutWriteUp(Rule):
    title = "Past events without a write-up"
    why = "What was announced was held; readers want to know how it was."

    def find(self, scene):
        first = scene.today - WRITE_UP_WINDOW
        held = ~Q(status=Event.Status.CANCELLED)
        for event in scene.live(Event, Q(write_up=""), held, _not_over_before(first)):
            last = event.ends or event.starts
            if event.is_over(scene.today) and last.latest >= first:
                yield event, f"{event.when}", "", "id_write_up"


def _not_over_before(day):
    """Q: the events that may be over on `day` (datetime.date) or later, by the year."""
    return Q(starts__gte=f"{day:%Y}") | Q(ends__gte=f"{day:%Y}")


class LogoMissing(Rule):
    title = "Logos missing"
    why = "The page shows the acronym where the logo would stand."

    def find(self, scene):
        for key, name, *_, logo in scene.profiles():
            if not logo:
                yield key, name

    def finding(self, key, name):
        return super().finding(Organisation(pk=key, name=name), "no logo", "", "id_logo")


class LogoWithoutRight(Rule):
    title = "Logos without words or permission"
    why = "A logo is shown by permission, and said in words to those who cannot see it."

    def find(self, scene):
        for organisation in scene.live(Organisation, ~Q(logo="")):
            until = organisation.logo_permission_until
            if not organisation.logo_alt:
                yield organisation, "not said in words", "alt", "id_logo_alt"
            if not organisation.logo_permission:
                yield organisation, "no permission noted", "permission", "id_logo_permission"
            if until and until.latest < scene.today:
                text = f"permission ended {until.display()}"
                yield organisation, text, "ended", "id_logo_permission_until"


class ChangeWaiting(Rule):
    title = "Changes that await approval"
    why = "An editor handed them in; a publisher approves them or sends them back."
    role = PUBLISHERS

    def find(self, scene):
        for change in scene.pending:
            if change.status == PendingChange.Status.HANDED_IN:
                since = change.saved_at.isoformat()
                yield change, f"since {moment(change.saved_at)}", since


class ChangeDueSoon(Rule):
    title = "Due within a week"
    why = "It happens by itself; look at it once more before it does."
    role = PUBLISHERS

    def find(self, scene):
        end = scene.now + dt.timedelta(NEXT_WEEK)
        for change in scene.pending:
            if change.publish_at and change.publish_at <= end:
                yield (
                    change,
                    f"is published on {moment(change.publish_at)}",
                    change.publish_at.isoformat(),
                )
        for model, key, title, what, at in scene.turning(NEXT_WEEK):
            record = model(pk=key, **{model.title_field: title})
            yield record, f"{what} on {moment(at)}", at.isoformat(), ""


class EventDateVague(Rule):
    title = "Upcoming events known to the year"
    why = "Nobody can plan to come to a year; ask for the days."

    def find(self, scene):
        for event in scene.live(Event, ~Q(starts=""), _not_over_before(scene.today)):
            if event.starts.precision == "year" and not event.is_over(scene.today):
                yield event, event.when, "", "id_starts"


class PossibleDuplicate(Rule):
    title = "Possible duplicates"
    why = "Two records share a name, an acronym or a website: one organisation, or a mix-up?"

    def find(self, scene):
        shared, paired = defaultdict(list), set()
        for key, name, website, names, _ in scene.profiles():
            for each in {*(names or "").split("\n")}:
                shared["name or acronym", each].append((key, name))
            shared["website", _host(website)].append((key, name))
        for (what, value), (first, *others) in shared.items():
            for other in others if value else ():
                if (first, other) not in paired:
                    paired.add((first, other))
                    yield first, other, what, value

    def finding(self, first, other, what, value):
        (key, name), (other_key, called) = first, other
        text = f"shares its {what} “{value}” with {called}"
        return super().finding(Organisation(pk=key, name=name), text, other_key)

    def url(self, finding):
        """It leads to the page that compares the two, and merges them."""
        compared = reverse("admin:partners_organisation_merge", args=[finding.record.pk])
        return f"{compared}?other={finding.subject.rpartition('/')[2]}"


def _host(url):
    return url.partition("://")[2].partition("/")[0].lower().removeprefix("www.")


class RelationAstray(Rule):
    title = "Relations that lead nowhere"
    why = "It ends in a withdrawn record, or leads round in a circle."

    def find(self, scene):
        live = scene.names
        above = defaultdict(lambda: defaultdict(set))
        for relation in scene.relations:
            above[_hierarchy(relation)][relation.organisation_id].add(relation.other_id)
        for relation in scene.relations:
            if relation.organisation_id not in live:
                continue
            organisation = _named(relation, scene)
            text = f"{relation.get_kind_display()} {relation.other}"
            if relation.other_id not in live and relation.kind != "succeeded-by":
                yield organisation, f"{text}, which has no page", relation, "relations-group"
            elif _leads_back(above[_hierarchy(relation)], relation.organisation_id):
                yield organisation, f"{text}, which leads back to it", relation, "relations-group"


def _named(relation, scene):
    """The organisation whose relation it is, with its name."""
    key = relation.organisation_id
    return Organisation(pk=key, name=scene.names[key])


def _hierarchy(relation):
    kinds = OrganisationRelation.HIERARCHIES
    return next(place for place, each in enumerate(kinds) if relation.kind in each)


def _leads_back(above, start):
    seen, reached = set(), set(above[start])
    while reached:
        if start in reached:
            return True
        seen |= reached
        reached = {up for each in reached for up in above.get(each, ())} - seen
    return False


class Inferred(Rule):
    title = "Statements that are inferred"
    why = "The source does not say so itself. Find one that does, or ask the partner."

    def find(self, scene):
        by_record, fields = {}, defaultdict(set)
        for root, path in scene.inferred:
            if not path.startswith("relations/"):  # which says so itself
                by_record.setdefault((type(root), root.pk), root)
                fields[type(root), root.pk].add(path.rpartition("/")[2].replace("_", " "))
        for key, root in by_record.items():
            yield root, ", ".join(sorted(fields[key])), "", "citations-group"
        for relation in scene.relations:
            if relation.basis == Basis.INFERRED and relation.organisation_id in scene.names:
                text = f"{relation.get_kind_display()} {relation.other}"
                yield _named(relation, scene), text, relation, "relations-group"


class TermToVerify(Rule):
    title = "Glossary terms to verify"
    why = "What the abbreviation stands for is not from a source of our own."
    role = PUBLISHERS

    def find(self, scene):
        for term in scene.terms:
            yield term, term.expansion, "", "id_is_to_be_verified"


class FactWithoutSource(Rule):
    title = "Facts without a source"
    why = "A reader cannot tell where it comes from."

    #: Model → the fields that state something about the world, and what they hold if they do not.
    facts = {
        Organisation: {
            "founded": "", "dissolved": "", "seat_city": "", "seat_country": "",
            "region": "not-stated", "not_for_profit": "not-stated",
        },
        Collaboration: {"since": "", "until": ""},
        EventSeries: {"since": "", "until": ""},
        Event: {"starts": "", "ends": "", "city": ""},
    }  # fmt: skip

    def find(self, scene):
        for model, fields in self.facts.items():
            words = {name: capfirst(model._meta.get_field(name).verbose_name) for name in fields}
            for rows, cited in scene.stated(model, fields):
                for key, title, *values in rows:
                    for name, value in zip(fields, values, strict=True):
                        if value != fields[name] and name not in cited.get(key, ()):
                            yield model, key, title, words[name], name
        for figure in scene.figures_without_source:
            yield Organisation, figure.organisation_id, figure.organisation.name, "", figure

    def finding(self, model, key, title, text, part):
        """Of hundred thousands all but the first are counted only: a record is made here."""
        record = model(pk=key, **{model.title_field: title})
        place = "citations-group" if text else "figures-group"
        return super().finding(record, text or str(part), part, place)


def _rules(kind):
    for each in kind.__subclasses__():
        yield from [each] if each.title else _rules(each)


#: In the order in which their modules are read.
RULES = [rule() for rule in _rules(Rule)]

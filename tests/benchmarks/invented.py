"""One invented organisation and all that hangs on it, as rows that are not stored yet.

Organisations stand in blocks of three, and know but their block and the society itself: what is
said of one is the same whether there are twenty or a hundred thousand.
"""

import datetime as dt
import random
import uuid

from partners import models
from partners.values.dates import PartialDate
from tests.benchmarks import words

HOME = "cirse"
BLOCK = 3
FIRST_PUBLISHED = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
TOPICS = """interventional-radiology radiology radiography cancer-care renal-medicine
radiation-protection research education""".split()
SECTIONS = ("european-partners", "further-cooperations", "international-partners")


def key(number):
    return f"generated-{number}"


class Invented:
    """The rows of the organisation of that number, counted from 1."""

    def __init__(self, number):
        self.number, self.key = number, key(number)
        self.chance = random.Random(number)  # noqa: S311 — no secret, but the same in every run
        self.place_in_block = (number - 1) % BLOCK

    def rows(self):
        """All of them; what a row points at may come after it."""
        yield from self.organisation()
        yield from self.profile()
        yield from self.sources()
        yield from self.series()
        for turn in range(1 + self.number % 2):
            yield from self.collaboration(turn)
        for turn in range(3):
            yield from self.event(turn)

    def part(self, model, **fields):
        """One whose id is the same in every run."""
        return model(id=uuid.UUID(int=self.chance.getrandbits(128), version=4), **fields)

    def published(self):
        """All but a few are live: 2 % are drafts, 2 % withdrawn."""
        kind = self.chance.random()
        if kind < 0.02:
            return {"published_at": None}
        at = FIRST_PUBLISHED + dt.timedelta(hours=self.chance.randrange(40_000))
        withdrawn = {"withdrawn_at": at + dt.timedelta(days=300)} if kind > 0.98 else {}
        return {"published_at": at} | withdrawn

    def date(self, first, last, precision=0):
        """A day, a month or a year between two years; as precise as chance has it, or 4, 7, 10."""
        year, month = self.chance.randint(first, last), self.chance.randint(1, 12)
        text = f"{year}-{month:02}-{self.chance.randint(1, 26):02}"
        return PartialDate(text[: precision or self.chance.choice([4, 7, 10])])

    def organisation(self):
        self.name, self.acronym = words.organisation_name(self.chance)
        yield models.Organisation(
            key=self.key,
            slug=self.key,
            **self.published(),
            name=self.name,
            acronym=self.acronym,
            kind=self.chance.choice(models.Organisation.Kind.values),
            region=self.chance.choice(models.Organisation.Region.values),
            seat_city=words.town(self.chance),
            founded=self.date(1920, 2019, 4),
            website=f"https://{self.key}.example.org/",
            summary=words.summary(self.chance),
            description=words.paragraphs(self.chance),
        )
        for topic in self.chance.sample(TOPICS, 2):
            yield models.Organisation.topics.through(organisation_id=self.key, topic_id=topic)

    def profile(self):
        for turn in range(self.chance.randint(1, 2)):
            yield self.figure(turn)
        if self.number % 5 == 0:
            yield self.former_name()
        if self.number % 3 == 0:
            scheme, value = models.Identifier.Scheme.WIKIDATA, f"Q{900_000_000 + self.number}"
            yield self.part(models.Identifier, organisation_id=self.key, scheme=scheme, value=value)
        if self.place_in_block == 1:
            yield self.part(
                models.OrganisationRelation,
                organisation_id=self.key,
                kind=self.chance.choice(["member-of", "division-of", "initiative-of"]),
                other_id=key(self.number - 1),
            )
        if self.number % 2:
            yield self.part(
                models.SectionEntry,
                section_id=self.chance.choice(SECTIONS),
                organisation_id=self.key,
                position=min(100 + self.number // 2, 32_767),
            )

    def figure(self, turn):
        return self.part(
            models.Figure,
            organisation_id=self.key,
            measure=("members", "national societies represented")[turn],
            bound=self.chance.choice(models.Figure.Bound.values),
            value=self.chance.randint(3, 900) * 10,
            as_of=self.date(2015, 2025),
            source_id=self.source,
            position=turn,
        )

    def former_name(self):
        name, acronym = words.organisation_name(self.chance)
        return self.part(
            models.OrganisationName,
            organisation_id=self.key,
            kind=models.OrganisationName.Kind.FORMER,
            name=name,
            acronym=acronym,
            valid_until=self.date(1990, 2019, 4),
        )

    @property
    def source(self):
        """A source serves a hundred organisations."""
        return f"generated-{self.number // 100}"

    def sources(self):
        if self.number % 100 == 0 or self.number == 1:
            title = f"Yearbook of societies, volume {self.number // 100}"
            yield models.Source(key=self.source, title=title, document=title)
        for path in ("founded", "summary", "kind"):
            yield self.part(
                models.Citation,
                organisation_id=self.key,
                source_id=self.source,
                path=path,
                locator=f"page {self.chance.randint(1, 400)}",
            )
        label = f"{self.name[:120]}: training resources"
        url = f"https://{self.key}.example.org/training/"
        yield self.part(models.Link, organisation_id=self.key, label=label, url=url)

    def collaboration(self, turn):
        this = f"{self.key}-{turn}"
        field = self.chance.choice(words.FIELDS)
        yield models.Collaboration(
            key=this,
            slug=this,
            **self.published(),
            title=f"{field} with {self.acronym or self.name[:120]}",
            kind=self.chance.choice(models.Collaboration.Kind.values),
            since=self.date(1990, 2015),
            until=self.date(2016, 2025) if self.chance.random() < 0.3 else "",
            summary=words.summary(self.chance),
            description=words.paragraphs(self.chance, 1),
        )
        yield from self.parties(this)
        if turn == 0 and self.number % 2:
            title = f"Recommendations on {field.lower()}"
            date = self.date(2016, 2025, 4)
            yield self.part(models.JointWork, collaboration_id=this, title=title, date=date)

    def parties(self, collaboration):
        """This organisation, mostly the society, and some with the one before in the block."""
        others = [HOME] if self.place_in_block == 0 or self.chance.random() < 0.9 else []
        if self.place_in_block and (not others or self.chance.random() < 0.5):
            others.append(key(self.number - 1))
        for position, organisation in enumerate([self.key, *others]):
            yield self.part(
                models.Party,
                collaboration_id=collaboration,
                organisation_id=organisation,
                role=self.chance.choice(models.Party.Role.values),
                position=position,
            )

    def series(self):
        if self.number % 10 != 1:
            return
        yield models.EventSeries(
            key=self.key,
            slug=self.key,
            **self.published(),
            title=f"{words.town(self.chance)} Congress of {self.chance.choice(words.FIELDS)}",
            cadence="annual",
            since=self.date(1980, 2010, 4),
            usual_city=words.town(self.chance),
            summary=words.summary(self.chance),
            description=words.paragraphs(self.chance, 1),
        )
        yield from self.organisers(series_id=self.key)

    def event(self, turn):
        this = f"{self.key}-{turn}"
        starts = self.date(2012, 2031)
        day = starts.text if starts.precision == "day" else ""
        in_series = self.chance.random() < 0.25
        yield models.Event(
            key=this,
            slug=this,
            **self.published(),
            title=f"{self.chance.choice(words.FIELDS)} Days {starts.year}",
            series_id=key(self.number - (self.number - 1) % 10) if in_series else None,
            starts=starts,
            ends=PartialDate(f"{day[:8]}{int(day[8:]) + 2:02}") if day else "",
            city=words.town(self.chance),
            mode=self.chance.choice(models.Event.Mode.values),
            summary=words.summary(self.chance),
            description=words.paragraphs(self.chance, 1),
        )
        yield from self.organisers(event_id=this)

    def organisers(self, **of):
        together = [HOME] if self.chance.random() < 0.3 else []
        for position, organisation in enumerate([self.key, *together]):
            yield self.part(models.Organiser, organisation_id=organisation, position=position, **of)

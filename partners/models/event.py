"""Events: editions of series, and single ones."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.text import slugify

from partners.models.base import (
    PublishedQuerySet,
    Root,
    is_live,
    new_key,
    required,
)
from partners.models.fields import CountryField, TitleField
from partners.models.indexes import LAST_DAY, latest, listed, references, withdrawals
from partners.models.organiser import Organiser
from partners.models.series import EventSeries, place_of
from partners.values import dates
from partners.values.dates import validate_time_zone
from partners.values.lines import LineField
from partners.values.richtext import RichTextField, plain_text

dates.PartialDateField.register_lookup(Length)

LONGEST_SLUG = 113  # characters, so that one may be told from another by six more
HELD_AT_ITSELF = "An event cannot be held at itself."


class EventQuerySet(PublishedQuerySet):
    def upcoming(self, on=None):
        """Events that can still go on on `on` (datetime.date; default: today) or later.

        A postponed event without a date is among them. Undated first, then by date.
        """
        return self.filter(self._still_to_come(on or timezone.localdate())).order_by("starts", "pk")

    def past(self, on=None):
        """All that are not upcoming, the latest first."""
        on = on or timezone.localdate()
        # What is past began before: said so that the index is read from there, not from the end.
        begun = self.filter(starts__lt=on.isoformat())
        return begun.exclude(self._still_to_come(on)).order_by("-starts", "pk")

    def not_over_before(self, on):
        """Those that can still have gone on on `on` (datetime.date), and all without a date."""
        return self.filter(self._still_to_come(on))

    def with_days(self, since=None):
        """Those of which all days are known, so that a calendar can hold them.

        With `since` (datetime.date), those that end on that day or later: an index has them.
        """
        ends = {"last_day__gte": since.isoformat()} if since else {}
        return self.alias(last_day=LAST_DAY).filter(self._has_days(), **ends)

    def without_days(self):
        """Those whose days are not known: a year or a month is, or the new date is awaited."""
        return self.exclude(self._has_days())

    def count_with_days(self):
        """(how many there are, of how many all days are known)."""
        counts = self.aggregate(
            found=models.Count("pk"), known=models.Count("pk", filter=self._has_days())
        )
        return counts["found"], counts["known"]

    def organised_by(self, organisation, at):
        """What an organisation (its key) holds, as far as it is public at `at` (aware datetime).

        An edition that names organisers of its own is theirs, whoever holds the series.
        """
        held = Organiser.objects.filter(organisation=organisation)
        few = held.values_list("event_id", "series_id", named=True).few()
        if few is None:
            return self.each_organised_by(organisation, at)
        return self.organised(few, at)

    def each_organised_by(self, organisation, at):
        """The same, asked of each event by itself: for the first of very many in some order.

        What is asked is a value, not EXISTS: of that PostgreSQL would make a table of all rows.
        """
        held = Organiser.objects.filter(organisation=organisation)
        asked = {
            "held": held.filter(event=OuterRef("pk")),
            "series_held": held.filter(series=OuterRef("series")),
            "own": Organiser.objects.named(at).filter(event=OuterRef("pk")),
        }
        first = {
            name: Subquery(rows.order_by().values("organisation")[:1])  # the index has it
            for name, rows in asked.items()
        }
        of_series = Q(is_live(at, "series__"), series_held__isnull=False, own=None)
        return self.alias(**first).filter(Q(held__isnull=False) | of_series)

    def organised(self, organisers, at):
        """What these Organiser rows are about, as `organised_by` has it."""
        own = Organiser.objects.named(at).filter(event=OuterRef("pk"))
        events = {row.event_id for row in organisers if row.event_id}
        series = {row.series_id for row in organisers if row.series_id}
        of_series = Q(~Exists(own), series__in=EventSeries.objects.live(at).filter(pk__in=series))
        return self.filter(Q(pk__in=events) | of_series)

    @staticmethod
    def _has_days():
        return Q(starts__length=10, ends__length__in=[0, 10])

    @staticmethod
    def _still_to_come(on):
        last_day = Q(ends="") & dates.on_or_after("starts", on) | dates.on_or_after("ends", on)
        return Q(starts="") | last_day


class Event(Root):
    """One edition of a series, or a single event."""

    class Mode(models.TextChoices):
        ON_SITE = "on-site", "On site"
        ONLINE = "online", "Online"
        HYBRID = "hybrid", "On site and online"
        NOT_STATED = "not-stated", "Not stated"

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", "As planned"
        POSTPONED = "postponed", "Postponed"
        CANCELLED = "cancelled", "Cancelled"
        MOVED_ONLINE = "moved-online", "Moved online"

    class RepeatedHour(models.TextChoices):
        """Which is meant where the clocks go back, and show an hour twice."""

        FIRST = "first", "before the clocks go back"
        SECOND = "second", "after the clocks have gone back"
        BOTH = "both", "it starts before the clocks go back, and ends after"

    title = TitleField(max_length=200)
    series = models.ForeignKey(
        EventSeries, models.PROTECT, related_name="events", null=True, blank=True, db_index=False
    )
    starts = dates.PartialDateField(
        blank=True, help_text="As precisely as it is known: “2018”, “May 2018” or “3 May 2018”."
    )
    ends = dates.PartialDateField(blank=True, help_text="Empty if it ends on the day it starts.")
    start_time = dates.TimeOfDayField(null=True, blank=True)
    end_time = dates.TimeOfDayField(null=True, blank=True)
    time_zone = LineField(
        max_length=60,
        blank=True,
        validators=[validate_time_zone],
        help_text="The place's, with a time: “Europe/Vienna”.",
    )
    repeated_hour = models.CharField(
        "hour that comes twice",
        max_length=10,
        choices=RepeatedHour,
        blank=True,
        db_default="",
        default="",
        help_text="Only where the clocks go back at that hour: which of the two is meant.",
    )
    venue = LineField(max_length=120, blank=True)
    city = LineField(max_length=80, blank=True)
    country = CountryField(blank=True)
    mode = models.CharField(max_length=20, choices=Mode, default=Mode.NOT_STATED)
    status = models.CharField(max_length=20, choices=Status, default=Status.SCHEDULED)
    held_at = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="held_here",
        null=True,
        blank=True,
        db_index=False,
        help_text="The larger event that it is part of.",
    )
    summary = LineField(max_length=300, blank=True, help_text="One sentence: what it is.")
    description = RichTextField()
    write_up = RichTextField("write-up", help_text="How it was, for afterwards.")

    objects = EventQuerySet.as_manager()
    parts = ("organisers", "links")
    address_prefix = "events"
    usual_review_days = 730

    class Meta(Root.Meta):
        ordering = ["-starts", "pk"]
        indexes = [
            listed("event", "starts", "key", "ends"),
            latest("event", "title"),
            withdrawals("event"),
            models.Index(
                LAST_DAY,
                "starts",
                "key",
                "ends",
                "published_at",
                "withdrawn_at",
                "series",
                name="event_by_last_day",
            ),
            *references("event", "series", "held_at"),
        ]
        constraints = [
            *Root.Meta.constraints,
            *dates.shape_constraints("event", "starts", "ends"),
            dates.order_constraint("event", "starts", "ends"),
            models.CheckConstraint(
                name="event_dated_unless_postponed",
                condition=~Q(starts="") | Q(status="postponed"),
                violation_error_code="starts",
                violation_error_message="Say when it starts, at least the year. Only a "
                "postponed event can wait for its new date.",
            ),
            models.CheckConstraint(
                name="event_end_needs_start",
                condition=Q(ends="") | ~Q(starts=""),
                violation_error_code="ends",
                violation_error_message="An end without a start says nothing. Give both or none.",
            ),
            models.CheckConstraint(
                name="event_time_needs_day_and_zone",
                condition=Q(start_time=None) & Q(end_time=None)
                | Q(starts__length=10) & Q(start_time__isnull=False) & ~Q(time_zone=""),
                violation_error_code="start_time",
                violation_error_message="A time needs the day it starts, a starting time and the "
                "time zone of the place.",
            ),
            models.CheckConstraint(
                name="event_moved_online_not_on_site",
                condition=~Q(status="moved-online") | ~Q(mode="on-site"),
                violation_error_code="mode",
                violation_error_message="What moved online is not held on site. Say “Online”, or "
                "“Not stated”.",
            ),
            models.CheckConstraint(
                name="event_not_held_at_itself",
                condition=Q(held_at=None) | ~Q(held_at=models.F("key")),
                violation_error_code="held_at",
                violation_error_message=HELD_AT_ITSELF,
            ),
            required("event", "title", "Give the event its title."),
        ]

    def __str__(self):
        return self.title

    @property
    def attended(self):
        """The Mode in which it takes place: one that moved online is on site no more."""
        return self.Mode.ONLINE if self.status == self.Status.MOVED_ONLINE else self.Mode(self.mode)

    @property
    def place(self):
        return place_of(self.venue, self.city, self.country)

    @property
    def held_in(self):
        """The place where it takes place; "" for one that moved online, whatever was planned."""
        return "" if self.status == self.Status.MOVED_ONLINE else self.place

    @property
    def when(self):
        """The dates for a reader, as precise as they are known; "" if not known."""
        return dates.display_period(self.starts, self.ends)

    @property
    def has_days(self):
        """Whether all its days are known, so that a calendar can hold it."""
        return bool(self.starts) and all(
            date.precision == "day" for date in (self.starts, self.ends) if date
        )

    def is_over(self, on):
        """Whether it is past on `on` (datetime.date); one whose date is not known is not."""
        last = self.ends or self.starts
        return bool(last) and last.latest < on

    @property
    def starts_at(self):
        """The moment it starts (aware datetime); None if day, time or time zone is not known."""
        return self._at(self.starts, self.start_time, self.repeated_hour == "second")

    @property
    def ends_at(self):
        """The moment it ends; None as `starts_at`."""
        is_second = self.repeated_hour in ("second", "both")
        return self._at(self.ends or self.starts, self.end_time, is_second)

    def _at(self, date, time, is_second):
        is_day = getattr(date, "precision", "") == "day"  # what could not be read is text still
        if not (is_day and isinstance(time, dt.time) and self.time_zone in dates.TIME_ZONES):
            return None
        return dates.moment(date, time, self.time_zone, is_second)

    @classmethod
    def ask_ahead(cls, records, known):
        keys = {record.held_at_id for record in records}
        while keys := keys - {None}:
            known.load(Event, keys)
            above = (known.get(Event, key) for key in keys)
            keys = {event.held_at_id for event in above if event} - keys

    def clean_with(self, known):
        self._refuse_unclear_times()
        self._refuse_end_before_start_on_one_day()
        if self.held_at_id == self.pk:
            raise ValidationError({"held_at": HELD_AT_ITSELF})
        above, seen = self.held_at_id, set()
        while above is not None and above not in seen:
            if above == self.pk:
                raise ValidationError(
                    {"held_at": "This would close a circle: that event is itself held at this one."}
                )
            seen.add(above)
            event = known.get(Event, above)
            above = event and event.held_at_id

    @transaction.atomic
    def next_edition(self):
        """(event, whether it is new): the edition a year later, saved as a draft if there is none.

        It has the organisers of the series. Raise ValidationError if no year follows.
        """
        Event.objects.select_for_update().get(pk=self.pk)  # who presses twice waits for the first
        today = timezone.localdate().year
        year = self.starts.year if self.starts else max(dates.years_in(self.title), default=today)
        if year >= dt.MAXYEAR:
            raise ValidationError("No year follows 9999. Correct when this event starts.")
        title, slug = self._names_after(year)
        others = Event.objects.filter(series=self.series).exclude(pk=self.pk)
        there = others.filter(Q(title=title) | Q(slug=slug)).order_by("pk").first()
        return (there, False) if there else (self._create_edition(title, slug, year + 1), True)

    def _names_after(self, year):
        """The title and the address of the next edition, which say its year."""
        named = year + 1 in dates.years_in(self.title)  # what begins in December may be the next
        title = dates.a_year_later(self.title, year)
        if named and title == self.title:
            title = dates.a_year_later(self.title, year + 1)
        if title == self.title:
            title = f"{title.strip()[:190]} {year + 1:04}"
        slug = slugify(title)
        if len(slug) > LONGEST_SLUG:
            slug = f"{slug[: LONGEST_SLUG - 5]}-{year + 1:04}"
        return title, slug

    def _create_edition(self, title, slug, year):
        if Event.objects.filter(slug=slug).exists():
            slug = f"{slug}-{new_key()[:6]}"
        edition = Event.objects.create(
            title=title, slug=slug, series=self.series, starts=dates.PartialDate(f"{year:04}")
        )
        for organiser in (self.series or self).organisers.all():
            same = {name: getattr(organiser, name) for name in ("organisation", "role", "position")}
            edition.organisers.create(**same)
        return edition

    def _refuse_unclear_times(self):
        """The clocks skip an hour in spring, and show one twice in autumn."""
        moments = {"start_time": self.starts_at, "end_time": self.ends_at}
        moments, errors = {name: at for name, at in moments.items() if at}, {}
        for name, at in moments.items():
            try:
                dates.refuse_skipped(at)
                if not self.repeated_hour:
                    dates.refuse_unclear(at)
            except ValidationError as error:
                errors[name] = error
        if self.repeated_hour and not any(map(dates.comes_twice, moments.values())):
            errors["repeated_hour"] = "No time of this event comes twice: leave this empty."
        if errors:
            raise ValidationError(errors)

    def _refuse_end_before_start_on_one_day(self):
        one_day = not self.ends or self.ends == self.starts
        if one_day and self.start_time and self.end_time and not self._ends_after_it_starts():
            raise ValidationError(
                {"end_time": "It would end before it starts. If it ends on another day, say which."}
            )

    def _ends_after_it_starts(self):
        start, end = self.starts_at, self.ends_at
        if not (start and end):
            return self.end_time > self.start_time
        by_the_clock = end.replace(tzinfo=None) - start.replace(tzinfo=None)
        return by_the_clock > end.utcoffset() - start.utcoffset()

    def search_text(self):
        return [
            self.summary,
            plain_text(self.description),
            plain_text(self.write_up),
            self.place,
            self.starts.text[:4] if self.starts else "",
        ]

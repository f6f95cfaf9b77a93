"""The odd events: each is one thing that programs may read wrongly, and has a word of its own."""

from typing import NamedTuple

from django.utils import timezone

from partners.models import Event, Organisation
from tests import factories as make

#: What a program might take for a separator, an escape or the end of a text.
AWKWARD = 'a, b; c\\d "quoted" & <i>'
HOURS = {"start_time": "09:00", "end_time": "17:30"}
VIENNA = {"time_zone": "Europe/Vienna", "venue": "Hofburg", "city": "Vienna", "country": "AT"}


class Odd(NamedTuple):
    """An event: what is odd about it, the word that its title has and no other, its fields."""

    what: str
    word: str
    fields: dict


ODD = [
    Odd("cancelled", "Aortic", {"starts": "2031-05-03", "ends": "2031-05-05", "city": "Graz",
                                "country": "AT", "status": "cancelled"}),
    Odd("postponed", "Biopsy", {"starts": "2031-05-07", "ends": "2031-05-08", "city": "Linz",
                                "country": "AT", "status": "postponed"}),
    Odd("moved online", "Carotid", {"starts": "2031-05-10", "ends": "2031-05-11", "city": "Wels",
                                    "country": "AT", "status": "moved-online"}),
    Odd("only the year", "Doppler", {"starts": "2031", "city": "Oslo", "country": "NO"}),
    Odd("only the month", "Embolic", {"starts": "2031-06", "city": "Oslo", "country": "NO"}),
    Odd("one whole day", "Femoral", {"starts": "2031-06-10", "city": "Rome", "country": "IT"}),
    Odd("whole days", "Gastric", {"starts": "2031-06-12", "ends": "2031-06-14", "city": "Rome",
                                  "country": "IT"}),
    Odd("hours in Vienna", "Hepatic", {"starts": "2031-06-20", **HOURS, **VIENNA}),
    Odd("hours in Auckland", "Iliac", {"starts": "2031-06-20", **HOURS, "city": "Auckland",
                                       "time_zone": "Pacific/Auckland", "country": "NZ"}),
    Odd("clocks go back", "Jugular", {"starts": "2031-10-25", "ends": "2031-10-26", **HOURS,
                                      **VIENNA}),
    Odd("hour shown twice", "Kidney", {"starts": "2031-10-26", "start_time": "02:30",
                                       "end_time": "03:30", "repeated_hour": "second", **VIENNA}),
    Odd("name with , ; \\ \"", "Lumbar", {"starts": "2031-07-01", "venue": f"Hall {AWKWARD}",
                                         "city": "Cork", "country": "IE",
                                         "title": f"Lumbar {AWKWARD}",
                                         "summary": f"What {AWKWARD} is."}),
    Odd("long past", "Mesenteric", {"starts": "2018-05-03", "city": "Bern", "country": "CH"}),
    Odd("last day there is", "Neural", {"starts": "9999-12-31"}),
    Odd("online", "Ovarian", {"starts": "2031-07-08", **HOURS, "time_zone": "Europe/London",
                              "mode": "online"}),
]  # fmt: skip


def make_odd():
    """The odd events, held by the society, and an organisation with an awkward name."""
    home = Organisation.objects.home()
    for each in ODD:
        fields = {"title": f"{each.word} congress", "mode": "not-stated", **each.fields}
        event = make.EventFactory(key=each.word.lower(), published_at=timezone.now(), **fields)
        make.OrganiserFactory(event=event, organisation=home)
    name = f"Rhubarb {AWKWARD}"
    make.OrganisationFactory(key="rhubarb", name=name, published_at=timezone.now())


def odd_events():
    """{what is odd about it: Event}, as the database holds it."""
    held = Event.objects.in_bulk([each.word.lower() for each in ODD])
    return {each.what: held[each.word.lower()] for each in ODD}

"""An event of the library icalendar, which others hand on."""

from reading import moment, text


def event(each):
    end = each.get("DTEND")
    return {
        "uid": text(each.get("UID")),
        "name": text(each.get("SUMMARY")),
        "start": moment(each["DTSTART"].dt),
        "end": end and moment(end.dt),
        "status": text(each.get("STATUS")),
        "place": text(each.get("LOCATION", "")),
        "address": text(each.get("URL")),
        "text": text(each.get("DESCRIPTION", "")),
    }

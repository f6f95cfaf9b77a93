// ical.js, which Thunderbird reads calendars with.
import ICAL from "ical.js";
import { moment, say } from "./reading.mjs";

const said = (time) => (time.isDate ? time.toString() : moment(time.toJSDate()));

await say((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      name: event.summary,
      start: said(event.startDate),
      end: said(event.endDate),
      status: component.getFirstPropertyValue("status"),
      place: event.location ?? "",
      address: component.getFirstPropertyValue("url"),
      text: event.description,
    };
  });
});

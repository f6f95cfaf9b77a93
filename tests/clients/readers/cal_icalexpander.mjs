// ical-expander, asked for the years that events are in.
import IcalExpander from "ical-expander";
import { moment, say } from "./reading.mjs";

const said = (time) => (time.isDate ? time.toString() : moment(time.toJSDate()));

await say((text) => {
  const expander = new IcalExpander({ ics: text, maxIterations: 100 });
  return expander.between(new Date("2014-01-01"), new Date("9999-12-31T23:59:59Z")).events.map((event) => ({
    uid: event.uid,
    name: event.summary,
    start: said(event.startDate),
    end: said(event.endDate),
    status: event.component.getFirstPropertyValue("status"),
    place: event.location ?? "",
    address: event.component.getFirstPropertyValue("url"),
    text: event.description,
  }));
});

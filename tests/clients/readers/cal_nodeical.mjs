// node-ical.
import ical from "node-ical";
import { day, moment, say } from "./reading.mjs";

const value = (text) => (typeof text === "object" ? text.val : text);

await say((text) =>
  Object.values(ical.sync.parseICS(text))
    .filter((each) => each.type === "VEVENT")
    .map((event) => {
      const said = event.datetype === "date" ? day : moment;
      return {
        uid: event.uid,
        name: value(event.summary),
        start: said(event.start),
        end: said(event.end),
        status: event.status,
        place: value(event.location ?? ""),
        address: value(event.url),
        text: value(event.description),
      };
    }),
);

// ts-ics.
import { convertIcsCalendar } from "ts-ics";
import { moment, say } from "./reading.mjs";

const said = (time) => time && (time.type === "DATE" ? moment(time.date).slice(0, 10) : moment(time.date));

await say((text) =>
  (convertIcsCalendar(undefined, text).events ?? []).map((event) => ({
    uid: event.uid,
    name: event.summary,
    start: said(event.start),
    end: said(event.end),
    status: event.status,
    place: event.location ?? "",
    address: event.url,
    text: event.description,
  })),
);

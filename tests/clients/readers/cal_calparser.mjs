// cal-parser.
import parser from "cal-parser";
import { day, moment, say } from "./reading.mjs";

await say((text) =>
  parser.parseString(text).events.map((event) => {
    const whole = event.dtstart.params?.value === "DATE";
    const said = (time) => time && (whole ? day(time.value) : moment(time.value));
    return {
      uid: event.uid.value,
      name: event.summary.value,
      start: said(event.dtstart),
      end: said(event.dtend),
      status: event.status.value,
      place: event.location?.value ?? "",
      address: event.url?.value,
      text: event.description?.value,
    };
  }),
);

// jsonld-streaming-parser: the statements of the file as they come, without a network.
import { JsonLdParser } from "jsonld-streaming-parser";
import { createReadStream } from "node:fs";
import { tell } from "./reading.mjs";

const SCHEMA = "http://schema.org/";
const last = (value) => value?.split("/").pop();

await tell((text, path) => new Promise((resolve, reject) => {
  const said = new Map();
  const parser = new JsonLdParser();
  parser.on("data", ({ subject, predicate, object }) => {
    const node = said.get(subject.value) ?? {};
    node[predicate.value.replace(SCHEMA, "")] ??= object.value;
    said.set(subject.value, node);
  });
  parser.on("error", reject);
  parser.on("end", () => resolve({
    events: [...said.values()].filter((node) => node.eventStatus && node.organizer).map((node) => ({
      name: node.name,
      startDate: node.startDate,
      eventStatus: last(node.eventStatus),
      eventAttendanceMode: last(node.eventAttendanceMode),
      place: said.get(node.location)?.name,
      url: node.url,
      organizer: said.get(node.organizer)?.name,
    })),
  }));
  createReadStream(path).pipe(parser);
}));

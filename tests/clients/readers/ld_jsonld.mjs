// jsonld of npm: the file framed by its events, without a network.
import jsonld from "jsonld";
import { tell } from "./reading.mjs";

const refuse = async (address) => {
  throw new Error(`${address} would be fetched`);
};
const plain = (value) => value?.["@value"] ?? value?.["@id"] ?? value;
const last = (value) => value?.split("/").pop();

await tell(async (text) => {
  const frame = { "@context": { "@vocab": "http://schema.org/" }, "@type": "Event" };
  const framed = await jsonld.frame(JSON.parse(text), frame, { documentLoader: refuse });
  const events = framed["@graph"].filter((node) => node.eventStatus).map((node) => ({
    name: node.name,
    startDate: plain(node.startDate),
    eventStatus: last(node.eventStatus),
    eventAttendanceMode: last(node.eventAttendanceMode),
    place: node.location?.name,
    url: plain(node.url),
    organizer: [node.organizer].flat()[0]?.name,
  }));
  return { events };
});

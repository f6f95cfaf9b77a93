// @extractus/feed-extractor.
import { extractFromJson, extractFromXml } from "@extractus/feed-extractor";
import { moment, say } from "./reading.mjs";

await say((text) => {
  const options = { descriptionMaxLen: 0, useISODateFormat: true };
  const feed = text[0] === "{" ? extractFromJson(JSON.parse(text), options) : extractFromXml(text, options);
  const entries = feed.entries.map((each) => ({
    id: each.id,
    title: each.title,
    address: each.link,
    updated: moment(new Date(each.published)),
    text: each.description,
  }));
  return { title: feed.title, entries };
});

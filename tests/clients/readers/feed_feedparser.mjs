// feedparser of npm.
import FeedParser from "feedparser";
import { Readable } from "node:stream";
import { moment, say } from "./reading.mjs";

await say((text) => new Promise((resolve, reject) => {
  const parser = new FeedParser();
  const entries = [];
  parser.on("error", reject);
  parser.on("data", (each) => entries.push({
    id: each.guid,
    title: each.title,
    address: each.link,
    updated: moment(each.date),
    text: each.summary ?? each.description,
    kinds: each.categories,
  }));
  parser.on("end", () => resolve({ title: parser.meta?.title, entries }));
  Readable.from([Buffer.from(text)]).pipe(parser);
}));

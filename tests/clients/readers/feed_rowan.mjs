// @rowanmanning/feed-parser.
import { parseFeed } from "@rowanmanning/feed-parser";
import { moment, say } from "./reading.mjs";

await say((text) => {
  const feed = parseFeed(text);
  const entries = feed.items.map((each) => ({
    id: each.id,
    title: each.title,
    address: each.url,
    updated: moment(each.updated),
    text: each.content ?? each.description,
    kinds: each.categories.map((category) => category.term),
  }));
  return { title: feed.title, entries };
});

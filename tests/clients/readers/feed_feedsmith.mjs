// feedsmith.
import { parseFeed } from "feedsmith";
import { moment, say } from "./reading.mjs";

const plain = (text) => (typeof text === "object" ? text?.value : text);

await say((text) => {
  const { feed } = parseFeed(text);
  const entries = (feed.entries ?? feed.items).map((each) => ({
    id: each.id,
    title: plain(each.title),
    address: each.url ?? each.links?.[0]?.href,
    updated: moment(new Date(each.updated ?? each.date_modified)),
    text: plain(each.summary ?? each.content_text),
    kinds: each.tags ?? each.categories?.map((category) => category.term),
  }));
  return { title: plain(feed.title), entries };
});

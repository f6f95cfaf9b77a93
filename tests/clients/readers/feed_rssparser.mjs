// rss-parser.
import Parser from "rss-parser";
import { moment, say } from "./reading.mjs";

await say(async (text) => {
  const feed = await new Parser({ customFields: { item: [["category", "category"]] } }).parseString(text);
  return {
    title: feed.title,
    entries: feed.items.map((each) => ({
      id: each.id,
      title: each.title,
      address: each.link,
      updated: moment(new Date(each.isoDate)),
      text: each.summary,
    })),
  };
});

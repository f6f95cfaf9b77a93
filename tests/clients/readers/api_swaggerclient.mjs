// swagger-client: made from the description while it runs, it asks the site.
import SwaggerClient from "swagger-client";
import { tell } from "./reading.mjs";

await tell(async (text) => {
  const client = await SwaggerClient({ spec: JSON.parse(text) });
  const list = async (parameters) =>
    (await client.execute({ operationId: "list_events", parameters })).obj.results;
  const two = await list({ fields: ["slug", "title"], page_size: 100 });
  const events = [];
  for (const { slug } of two) {
    events.push((await client.execute({ operationId: "read_events", parameters: { slug } })).obj);
  }
  return {
    events,
    "two fields": { names: Object.keys(two[0]).sort() },
    description: { warnings: client.errors.length > 0 },
  };
});

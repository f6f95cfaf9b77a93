// openapi-typescript and openapi-fetch: types are generated, checked by TypeScript, and the site is asked.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import createClient from "openapi-fetch";
import openapiTS, { astToString } from "openapi-typescript";
import { tell } from "./reading.mjs";

const PROGRAM = `
import createClient from "openapi-fetch";
import type { paths } from "./generated.js";
const client = createClient<paths>({ baseUrl: "" });
const { data } = await client.GET("/api/v1/events/", { params: { query: { fields: ["slug", "title"] } } });
export const titles: (string | undefined)[] | undefined = data?.results.map((each) => each.title);
`;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

await tell(async (text) => {
  writeFileSync(here("generated.ts"), astToString(await openapiTS(JSON.parse(text))));
  writeFileSync(here("program.ts"), PROGRAM);
  const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck"];
  try {
    execFileSync(here("node_modules/.bin/tsc"), [...options, here("program.ts")]);
  } catch (error) {
    throw new Error(error.stdout?.toString() || error);
  }
  const client = createClient({ baseUrl: process.env.SITE });
  const two = await client.GET("/api/v1/events/", { params: { query: { fields: ["slug", "title"], page_size: 100 } } });
  const events = [];
  for (const { slug } of two.data.results) {
    events.push((await client.GET("/api/v1/events/{slug}/", { params: { path: { slug } } })).data);
  }
  return { events, "two fields": { names: Object.keys(two.data.results[0]).sort() } };
});

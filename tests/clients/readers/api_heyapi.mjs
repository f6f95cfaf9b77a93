// @hey-api/openapi-ts: a client is generated, compiled by TypeScript, and asks the site.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createClient } from "@hey-api/openapi-ts";
import { tell } from "./reading.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

await tell(async (text, path) => {
  const log = console.log;
  console.log = () => {};
  await createClient({ input: path, output: here("generated"), logs: { level: "silent" } });
  console.log = log;
  const options = ["--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--skipLibCheck"];
  try {
    execFileSync(here("node_modules/.bin/esbuild"), [here("generated/index.ts"), "--bundle", "--format=esm", `--outfile=${here("generated.mjs")}`]);
    execFileSync(here("node_modules/.bin/tsc"), ["--noEmit", "--strict", ...options, here("generated/index.ts")]);
  } catch (error) {
    throw new Error(error.stdout?.toString() || error);
  }
  const { listEvents, readEvents } = await import("./generated.mjs");
  const common = { baseUrl: process.env.SITE, throwOnError: true };
  const two = await listEvents({ ...common, query: { fields: ["slug", "title"], page_size: 100 } });
  const events = [];
  for (const { slug } of two.data.results) {
    events.push((await readEvents({ ...common, path: { slug } })).data);
  }
  return { events, "two fields": { names: Object.keys(two.data.results[0]).sort() } };
});

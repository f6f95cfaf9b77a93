// csv-parse.
import { parse } from "csv-parse/sync";
import { tell } from "./reading.mjs";

await tell((text) => ({ events: parse(text, { columns: true, bom: true }) }));

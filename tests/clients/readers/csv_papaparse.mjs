// Papa Parse, with types of its own choice.
import Papa from "papaparse";
import { tell } from "./reading.mjs";

await tell((text) => ({
  events: Papa.parse(text, { header: true, dynamicTyping: true, skipEmptyLines: true }).data,
}));

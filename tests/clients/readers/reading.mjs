// What the JavaScript scripts here share: how a moment is said, and how an answer is printed.
import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** A moment in UTC, as text. */
export const moment = (date) => date?.toISOString().replace(/\.\d+Z$/, "Z");

/** A day, as text, by the clock of this machine. */
export const day = (date) =>
  date && [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((number) => String(number).padStart(2, "0")).join("-");

/** Print {name of the file: what `read` (text → JSON) makes of it}, for all files named. */
export async function say(read) {
  const said = {};
  for (const name of process.argv.slice(2)) {
    try {
      said[basename(name)] = await read(readFileSync(name, "utf8"), name);
    } catch (error) {
      said[basename(name)] = { error: String(error).slice(0, 200) };
    }
  }
  console.log(JSON.stringify(said));
}

/** Print what `read` (text, path → JSON) makes of the one file that is named. */
export async function tell(read) {
  let said;
  try {
    said = await read(readFileSync(process.argv[2], "utf8"), process.argv[2]);
  } catch (error) {
    said = { error: String(error).slice(0, 200) };
  }
  console.log(JSON.stringify(said));
}

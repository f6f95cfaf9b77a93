// @apidevtools/swagger-parser: whether the description is valid.
import SwaggerParser from "@apidevtools/swagger-parser";
import { tell } from "./reading.mjs";

await tell(async (text, path) => {
  const description = await SwaggerParser.validate(path);
  return { events: null, description: { warnings: description.openapi !== "3.1.0" } };
});

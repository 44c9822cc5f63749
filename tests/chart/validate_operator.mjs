// Validates the Prometheus operator's objects of a JSON list on standard input; one line for each
// error. Unknown fields are found by the test itself, in the same package's declarations.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
for (const item of JSON.parse(readFileSync(0, "utf8"))) {
  const model = (await import(pathToFileURL(`${folder}/${item.kind}.js`)))[item.kind];
  const { apiVersion, kind, ...rest } = item;
  try {
    new model(rest).validate();
  } catch (error) {
    console.log(`${kind}/${item.metadata.name}: ${error.message}`);
  }
}

import { createReadStream } from "node:fs";
import { parse } from "csv-parse";

/*
 * The baseline: a loop over csv-parse's records that does nothing else, with the line of each.
 *
 *     node bare-csv-parse.js FILE ROWS
 */
const [, , path = "", rows = "0"] = process.argv;
let count = 0;
for await (const _ of createReadStream(path).pipe(parse({ info: true, from: 2 }))) count++;
if (count !== Number(rows)) throw new Error(`${count} rows were read of ${rows}`);

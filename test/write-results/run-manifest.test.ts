import { expect, test } from "vitest";
import { keptRows } from "../../src/domain/kept-rows.ts";
import { loadManifest } from "../../src/write-results/run-manifest.ts";
import { newRunFolder, openLedger, temporaryFolder } from "../ledger/parts.ts";

test("A run that an earlier version left behind has its records written back whole", () => {
  const folder = temporaryFolder();
  const store = openLedger(folder).beginRun(newRunFolder(folder));
  const input = {
    name: "a.csv",
    delimiter: ",",
    aliasColumn: 1,
    bom: false,
    lineBreak: "\n",
    encoding: "UTF-8",
    sha256: "00",
    bytes: 1,
  };
  const run = { name: "r", toolVersion: "0.1.0", tenant: "t", startedAtEpochMs: 0, inputs: [input], rows: 2 };
  store.setMeta("run", JSON.stringify(run));
  const described = loadManifest(store)?.inputs[0];
  const cells = ["ann@new.example", "a@old.example;b@old.example"];
  const record = { line: 2, cells, raw: cells.join(",") };
  if (described === undefined) throw new Error("the run has no input");
  expect(keptRows(record, described, (ordinal) => ordinal === 1)).toEqual(cells);
});

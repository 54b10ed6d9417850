import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, inputOf, outcomesOf } from "../support/corridor.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";

test("--skip-domain skips aliases in the given domains, and no others", async () => {
  const simulator = await simulatorFor();
  const { results, summary } = await importing(
    simulator,
    csvOf([
      ["ann@new.example", "ann@tenant.onmicrosoft.example"],
      ["ann@x.onmicrosoft.example", "ann@onmicrosoft.example"],
      ["bob@new.example", "bob@Gone.Example"],
    ]),
    { skip: ["*.onmicrosoft.example", "gone.example"] },
  );
  expect(outcomesOf(results)).toEqual(["skipped skipped_domain", "applied", "skipped skipped_domain"]);
  expect(summary.exitCode).toBe(0);
});

test("--columns chooses the two columns by name", async () => {
  const simulator = await simulatorFor();
  await importing(simulator, "Alias,Primäre Adresse,Alte Adresse\nann,ann@new.example,ann@old.example\n", {
    reading: { columns: { aliasFor: "primäre_adresse", aliases: ["Alte Adresse"] } },
  });
  expect([...simulator.aliases]).toEqual([["ann@old.example", "ann@new.example"]]);
});

test("--no-header reads every line as a record, with the positions of --columns", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "no@old.example", kind: "fail", code: "err_no" }],
  });
  const { files, results } = await importing(
    simulator,
    "x,ann@old.example,ann@new.example\ny,no@old.example,bob@new.example\n",
    { reading: { noHeader: true, columns: { aliasFor: "3", aliases: ["2"] } } },
  );
  expect(results.map(({ line }) => line)).toEqual(["1", "2"]);
  expect([...simulator.aliases]).toEqual([["ann@old.example", "ann@new.example"]]);
  expect(readFileSync(files.failed ?? "", "utf8")).toBe("y,no@old.example,bob@new.example\n");
});

test("--delimiter reads files with another delimiter", async () => {
  const { results } = await importing(
    await simulatorFor(),
    "aliasFor\talias\nann@new.example\tann@old.example\n",
    {
      reading: { delimiter: "\t" },
    },
  );
  expect(outcomesOf(results)).toEqual(["applied"]);
});

test("Standard input is imported like a file, and its unfinished rows can be imported again", async () => {
  const simulator = await simulatorFor();
  const stream = Readable.from([Buffer.from(manyRows(4))]);
  const { summary, files } = await importing(simulator, "", {
    inputs: [{ kind: "stdin", stream }],
    sending: { limit: 1 },
  });
  expect(summary.inputs).toMatchObject([{ name: "standard input", bytes: Buffer.byteLength(manyRows(4)) }]);
  expect(summary.run).toMatch(/Z-stdin$/);
  expect(readFileSync(files.remaining ?? "", "utf8").split("\n")).toHaveLength(5);
});

test("Several inputs are one run, and the result files name the input of each row", async () => {
  const simulator = await simulatorFor({ faults: [{ alias: "a2@b.example", kind: "fail", code: "err_no" }] });
  const a = inputOf(manyRows(2, "a.example"), "a.csv");
  const b = inputOf(`${manyRows(2, "b.example")}a1@new.example,a1@a.example\n`, "b.csv");
  const { results, summary, files } = await importing(simulator, "", { inputs: [a, b] });
  const places = results.map(
    ({ file = "", line, outcome }) => `${file.split("/").at(-1)} ${line} ${outcome}`,
  );
  expect(places).toEqual([
    "a.csv 2 applied",
    "a.csv 3 applied",
    "b.csv 2 applied",
    "b.csv 3 failed",
    "b.csv 4 duplicate",
  ]);
  expect(Object.keys(results[0] ?? {})[0]).toBe("file");
  expect(results[4]?.["message"]).toMatch(/line 2 of .*a\.csv/);
  expect(summary.run).toMatch(/Z-a-and-1-more$/);
  expect(readFileSync(files.failed ?? "", "utf8")).toBe("aliasFor,alias\na2@new.example,a2@b.example\n");
});

test("Inputs with different columns are rejected before anything is sent", async () => {
  const simulator = await simulatorFor();
  const inputs = [inputOf("aliasFor,alias\n", "a.csv"), inputOf("alias,aliasFor\n", "b.csv")];
  await expect(importing(simulator, "", { inputs })).rejects.toMatchObject({
    kind: "input",
    message: expect.stringMatching(/b\.csv.*differs from that of .*a\.csv/),
  });
});

test("A quotation mark that is never closed stops the run before the first call, even far down in the file", async () => {
  const simulator = await simulatorFor();
  const csv = `${manyRows(3_000)}"ann@new.example,${"x".repeat(200_000)}\n`;
  await expect(importing(simulator, csv)).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining("line 3002"),
  });
  expect(simulator.counters.calls).toBe(0);
});

test("The view gets the plan before anything is sent", async () => {
  const { plan } = await importing(
    await simulatorFor(),
    csvOf([
      ["ann@new.example", "ann@old.example"],
      [" bob@new.example\u00a0", "bob@other.example"],
      ["cy@new.example", "nonsense"],
    ]),
  );
  expect(plan).toMatchObject({
    rows: 3,
    send: 2,
    notes: { cleanedCount: 1 },
    outcomes: { invalid: 1 },
    domains: [
      { domain: "old.example", rows: 1 },
      { domain: "other.example", rows: 1 },
    ],
    firstToSend: [
      { aliasFor: "ann@new.example", alias: "ann@old.example" },
      { aliasFor: "bob@new.example", alias: "bob@other.example" },
    ],
    firstProblems: [{ line: 4, plan: "invalid", code: "invalid_address" }],
  });
});

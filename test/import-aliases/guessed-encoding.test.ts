import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { importing, inputOf, outcomesOf } from "../support/corridor.ts";
import { readCsvFile } from "../support/csv-files.ts";
import { runCli, simulatorEnv } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

/** `ü` as a Mac, the command prompt and Windows write it; only the last one is guessed right. */
const WRITTEN = [
  ["macintosh", 0x9f],
  ["cp850", 0x81],
  ["cp437", 0x81],
  ["windows-1252", 0xfc],
] as const;

function table(byte: number): Buffer {
  const letter = String.fromCharCode(byte);
  const rows = [
    `p@new.example,j${letter}rgen@old.example,x`,
    `ann@new.example,ann@old.example,M${letter}ller`,
    "aliasFor,alias,name",
  ];
  return Buffer.from(`${rows.reverse().join("\n")}\n`, "latin1");
}

test.each(WRITTEN)(
  "An address with a letter in %s is not sent, even from failed.csv, until its encoding is given",
  async (encoding, byte) => {
    const simulator = await simulatorFor();
    const first = await importing(simulator, table(byte));
    expect(first.results.map(({ line, outcome, code }) => `${line} ${outcome} ${code}`)).toEqual([
      "2 applied ",
      "3 invalid guessed_encoding",
    ]);
    const failed = readFileSync(first.files.failed ?? "");
    expect(failed).toEqual(
      Buffer.from(
        `aliasFor,alias,name\np@new.example,j${String.fromCharCode(byte)}rgen@old.example,x\n`,
        "latin1",
      ),
    );
    const { folder } = first;
    const again = await importing(simulator, failed, { folder });
    expect(outcomesOf(again.results)).toEqual(["invalid guessed_encoding"]);
    const named = await importing(simulator, failed, { folder, reading: { encoding } });
    expect(named.sent.map(({ alias }) => alias)).toEqual(["jürgen@old.example"]);
    expect(outcomesOf(named.results)).toEqual(["applied"]);
  },
);

test("Records of several inputs that depend on a guess are written back in their own bytes, and stay unsent", async () => {
  const simulator = await simulatorFor();
  const utf8 = "aliasFor,alias,name\nq@new.example,nonsense,Köln\n";
  const inputs = [inputOf(utf8, "a.csv"), inputOf(table(0xfc), "b.csv")];
  const first = await importing(simulator, "", { inputs });
  const failed = readFileSync(first.files.failed ?? "");
  expect(failed.toString("latin1")).toContain("j\u00fcrgen@old.example");
  expect(failed.toString()).toContain("Köln");
  const again = await importing(simulator, failed, { folder: first.folder });
  expect(again.sent).toEqual([]);
  expect(again.results.map(({ outcome }) => outcome)).toEqual(["invalid", "invalid"]);
});

test("verify reads a file as import does: a guessed address is invalid until --encoding is given", async () => {
  const simulator = await simulatorFor({ directory: { domains: [{ domain: "old.example", aliases: 1 }] } });
  const cwd = temporaryFolder();
  const env = simulatorEnv(simulator);
  put(cwd, "a.csv", table(0x81));
  const guessed = await runCli(["verify", "a.csv"], { cwd, env });
  expect(guessed.code).toBe(1);
  expect(guessed.stderr).toContain("guessed_encoding");
  await runCli(["verify", "a.csv", "--encoding", "CP850"], { cwd, env });
  const newest =
    filesBelow(cwd)
      .filter((path) => path.endsWith("verify.csv"))
      .at(-1) ?? "";
  expect(readCsvFile(`${cwd}/${newest}`).map(({ alias }) => alias)).toEqual([
    "ann@old.example",
    "jürgen@old.example",
  ]);
});

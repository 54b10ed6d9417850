import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeCsv, writeRawLines } from "../../src/csv/write-csv.ts";
import { temporaryName } from "../../src/files/atomic-file.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "csv-"));
  path = join(folder, "results.csv");
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const text = () => readFile(path, "utf8");

describe("a table is written", () => {
  it("with its header, and the rows are counted", async () => {
    const batches = [
      [["a", 1]],
      [],
      [
        ["b,c", 2],
        ['say "hi"', -3],
      ],
    ];
    expect(await writeCsv(path, ["name", "n"], batches)).toBe(3);
    expect(await text()).toBe('name,n\na,1\n"b,c",2\n"say ""hi""",-3\n');
  });

  it("from batches that come in time", async () => {
    async function* batches() {
      yield [["a"]];
      yield [["b"]];
    }
    expect(await writeCsv(path, ["name"], batches())).toBe(2);
    expect(await text()).toBe("name\na\nb\n");
  });

  it.each(["=1+1", "+ann@x.example", "-1", "@SUM(A1)", "\tx", "\0=1+1"])(
    "with a leading apostrophe where a spreadsheet would run a cell: %j",
    async (cell) => {
      await writeCsv(path, ["a", "b"], [[[cell, "x"]]]);
      expect((await text()).split("\n")[1]).toMatch(/^"?'[=+\-@\t]/);
    },
  );

  it("without NUL characters, and with all other ones", async () => {
    await writeCsv(path, ["a", "b"], [[["x\0y\u0007", "z"]]]);
    expect(await text()).toBe("a,b\nxy\u0007,z\n");
  });

  it("with its header alone when there are no rows, or not at all when so asked", async () => {
    expect(await writeCsv(path, ["a"], [], { unlessEmpty: true })).toBe(0);
    expect(await readdir(folder)).toEqual([]);
    expect(await writeCsv(path, ["a"], [])).toBe(0);
    expect(await text()).toBe("a\n");
  });

  it.skipIf(process.platform === "win32")("for its owner's eyes only", async () => {
    await writeCsv(path, ["a"], []);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("under its name only when it is whole", async () => {
    const seen: string[][] = [];
    async function* batches() {
      yield [["a"]];
      seen.push(await readdir(folder));
    }
    await writeFile(path, "the former");
    await writeCsv(path, ["name"], batches());
    expect(seen).toEqual([["results.csv", "results.csv.part"]]);
    expect(await readdir(folder)).toEqual(["results.csv"]);
  });

  it("also where a killed run left its temporary file", async () => {
    await writeFile(temporaryName(path), "left over, and longer than what comes");
    await writeCsv(path, ["a"], []);
    expect(await text()).toBe("a\n");
  });

  it("a batch at a time: the next is asked for when the former is on its way to the disk", async () => {
    const sizes: number[] = [];
    async function* batches() {
      for (let turn = 0; turn < 3; turn++) {
        sizes.push((await stat(temporaryName(path))).size);
        yield [["x".repeat(100_000)]];
      }
    }
    await writeCsv(path, ["a"], batches());
    expect(sizes).toEqual([2, 100_003, 200_004]);
  });
});

describe("a table that can't be written", () => {
  it("because its folder is missing is named, with its cause", async () => {
    const missing = join(folder, "none", "results.csv");
    const writing = writeCsv(missing, ["a"], []);
    await expect(writing).rejects.toThrow(/none.results\.csv can't be written: .*\(ENOENT\)/);
    await expect(writing).rejects.toMatchObject({ kind: "output", cause: { code: "ENOENT" } });
  });

  it("because a folder has its name leaves no temporary file", async () => {
    await mkdir(join(path, "inside"), { recursive: true });
    await expect(writeCsv(path, ["a"], [])).rejects.toMatchObject({ kind: "output" });
    expect(await readdir(folder)).toEqual(["results.csv"]);
  });

  it("because another program took the temporary file away leaves the former file as it was", async () => {
    await writeFile(path, "the former one");
    async function* batches() {
      yield [["mine"]];
      await rm(temporaryName(path));
      await writeFile(temporaryName(path), "another's half of a file");
    }
    await expect(writeCsv(path, ["a"], batches())).rejects.toThrow(
      /another program replaced or removed .*\.part/,
    );
    expect(await text()).toBe("the former one");
  });

  it("because its rows fail ends with their error, leaves the former file and no temporary one", async () => {
    await writeFile(path, "the former");
    const failure = new TypeError("no such table");
    async function* batches() {
      yield [["a"]];
      throw failure;
    }
    await expect(writeCsv(path, ["a"], batches())).rejects.toBe(failure);
    expect(await readdir(folder)).toEqual(["results.csv"]);
    expect(await text()).toBe("the former");
  });
});

describe("records are written back", () => {
  it("as they came, under the input's header, with its line break and byte order mark", async () => {
    const layout = { bom: true, header: Buffer.from('"Alias For",alias'), lineBreak: "\r\n" };
    expect(await writeRawLines(path, layout, [[Buffer.from('=a,"b\nc"')], [Buffer.from("d,e")]])).toBe(2);
    expect(await text()).toBe('\ufeff"Alias For",alias\r\n=a,"b\nc"\r\nd,e\r\n');
  });

  it("without a header where the input has none", async () => {
    await writeRawLines(path, { bom: false, header: undefined, lineBreak: "\n" }, [
      [Buffer.from("a,b"), Buffer.from("c,d")],
    ]);
    expect(await text()).toBe("a,b\nc,d\n");
  });

  it("and none make no file", async () => {
    const layout = { bom: true, header: Buffer.from("aliasFor,alias"), lineBreak: "\n" };
    expect(await writeRawLines(path, layout, [[], []])).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });
});

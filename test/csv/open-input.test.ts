import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openInput } from "../../src/csv/open-input.ts";
import { RunError } from "../../src/domain/run-error.ts";
import { allRecords, openText } from "./reading.ts";

/** Lets the event loop go round. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** With a byte turned in its middle. */
function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = copy.length >> 1;
  copy[middle] = 0xff ^ (copy[middle] ?? 0);
  return copy;
}

const twoRows = "aliasFor,alias\nann@x.example,a@x.example\nbob@x.example,b@x.example\n";

describe("a record is told with the line where it begins and its own text", () => {
  it.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("in a file with %s", async (_, lineBreak) => {
    const lines = ["aliasFor,alias", "ann@x.example,a@x.example", '"bob@x.example","b@x.example"', ""];
    const input = await openText(lines.join(lineBreak));
    expect(input.lineBreak).toBe(lineBreak);
    expect(input.headerRaw).toBe("aliasFor,alias");
    expect(await allRecords(input)).toEqual([
      { line: 2, cells: ["ann@x.example", "a@x.example"], raw: "ann@x.example,a@x.example" },
      { line: 3, cells: ["bob@x.example", "b@x.example"], raw: '"bob@x.example","b@x.example"' },
    ]);
  });

  it.each([1, 2, 3, 7, 65536])(
    "with blank lines and quoted line breaks, in pieces of %i bytes",
    async (piece) => {
      const text =
        '\r\n \r\naliasFor,alias,note\r\n\r\n\r\na,b,"x\r\ny\n\nz"\r\n\t\r\nc,d,"say ""hi"""\r\ne,f,\r\n\r\n';
      const input = await openText(text, {}, piece);
      expect(await allRecords(input)).toEqual([
        { line: 6, cells: ["a", "b", "x\r\ny\n\nz"], raw: 'a,b,"x\r\ny\n\nz"' },
        { line: 11, cells: ["c", "d", 'say "hi"'], raw: 'c,d,"say ""hi"""' },
        { line: 12, cells: ["e", "f", ""], raw: "e,f," },
      ]);
      expect(input.blankLineCount()).toBe(6);
      expect(input.lineBreak).toBe("\r\n");
    },
  );

  it("in a file whose lines end in different ways", async () => {
    const input = await openText("aliasFor,alias\r\na,b\nc,d\re,f\r\n");
    expect((await allRecords(input)).map((it) => [it.line, it.raw])).toEqual([
      [2, "a,b"],
      [3, "c,d"],
      [4, "e,f"],
    ]);
  });

  it("also the last one, without a line break behind it", async () => {
    const input = await openText("aliasFor,alias\na,b");
    expect(await allRecords(input)).toEqual([{ line: 2, cells: ["a", "b"], raw: "a,b" }]);
  });

  it("and a stray quotation mark in the middle of a cell is text", async () => {
    const input = await openText('aliasFor,alias\na"b,c\n"d"e,f\n');
    expect((await allRecords(input)).map((it) => it.cells)).toEqual([
      ['a"b', "c"],
      ['"d"e', "f"],
    ]);
  });

  it("and more or fewer cells than the header has are left as they are", async () => {
    const input = await openText("aliasFor,alias\na\na,b,c\n");
    expect((await allRecords(input)).map((it) => it.cells.length)).toEqual([1, 3]);
  });
});

describe("an input tells", () => {
  it.each([true, false])("whether it begins with a byte order mark: %s", async (bom) => {
    const text = `${bom ? "\ufeff" : ""}${twoRows}`;
    for (const piece of [1, 2, 65536]) {
      const input = await openText(text, {}, piece);
      expect(input.bom).toBe(bom);
      expect(input.header).toEqual(["aliasFor", "alias"]);
      expect((await allRecords(input)).map((it) => it.line)).toEqual([2, 3]);
      expect(input.bytesRead()).toBe(Buffer.byteLength(text));
      expect(input.sha256()).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });

  it("that it has no rows, when it is a header alone", async () => {
    expect(await allRecords(await openText("aliasFor,alias"))).toEqual([]);
  });

  it("its records in batches that are never empty, in order", async () => {
    const rows = Array.from({ length: 5000 }, (_, index) => `p${index}@x.example,s${index}@x.example\n`);
    const input = await openText(`aliasFor,alias\n${rows.join("")}`);
    const lines: number[] = [];
    for await (const batch of input.records) {
      expect(batch.length).toBeGreaterThan(0);
      lines.push(...batch.map((record) => record.line));
    }
    expect(lines).toEqual(rows.map((_, index) => index + 2));
  });

  it("the bytes it knows to come: a file's size, nothing of standard input's", async () => {
    expect((await openText(twoRows)).bytesTotal).toBeUndefined();
  });
});

describe("an input with other columns or another delimiter", () => {
  it("is read with the delimiter that was given", async () => {
    const input = await openText('alias for;alias\n"ann;x";b\n', { delimiter: ";" });
    expect(await allRecords(input)).toEqual([{ line: 2, cells: ["ann;x", "b"], raw: '"ann;x";b' }]);
  });

  it("is read without a header, the first record being a row", async () => {
    const input = await openText("a,b\nc,d\n", { noHeader: true });
    expect(input).toMatchObject({ header: undefined, headerRaw: undefined, cellCount: 2 });
    expect(input.columns).toEqual({ aliasFor: 0, aliases: [1] });
    expect((await allRecords(input)).map((it) => it.line)).toEqual([1, 2]);
  });
});

describe("an input that can't be used ends the run with a word on what to do", () => {
  it.each([
    ["nothing at all", "", /standard input is empty/],
    ["only blank lines", "\n\r\n \n", /standard input is empty/],
    ["only a byte order mark", "\ufeff", /standard input is empty/],
    ["an Excel workbook", "PK\u0003\u0004....", /is an Excel workbook.*save it as CSV UTF-8/],
    ["an old Excel workbook", Buffer.from("d0cf11e0a1b11ae1", "hex"), /is an old Excel workbook.*CSV UTF-8/],
    ["a PDF", "%PDF-1.7\n...", /is a PDF, not CSV: export the rows as CSV/],
    ["a web page", "\n<!DOCTYPE html><html>", /is a web page \(HTML\), not CSV/],
    [
      "XML of Export-Clixml",
      '\ufeff<Objs Version="1.1.0.1">',
      /is XML, not CSV: .*Export-Csv, not Export-Clixml/,
    ],
    [
      "JSON of ConvertTo-Json",
      '[\r\n  {\r\n "mail": "a@x.example" } ]',
      /is JSON, not CSV: .*ConvertFrom-Json/,
    ],
    ["LDIF of ldifde", "dn: CN=Ann,DC=x\nchangetype: add\n", /is LDIF, not CSV: export with csvde/],
    ["text in UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), /is text in UTF-32/],
    ["a file of a ZIP program", Buffer.from("7z\u00bc\u00af'\u001c", "latin1"), /is a 7-Zip archive/],
    ["a file of a program", Buffer.from(Array.from({ length: 999 }, (_, i) => i % 31)), /is not text/],
    ["gzip that is cut off", gzipSync(twoRows.repeat(50)).subarray(0, 60), /gzip and is cut off.*gzip -t/],
    [
      "gzip that is damaged",
      damaged(gzipSync(twoRows.repeat(50))),
      /gzip and is damaged.*Copy or export it again/,
    ],
    ["gzip in gzip", gzipSync(gzipSync(twoRows)), /compressed with gzip twice.*unpack it once/],
    ["an open quotation mark", 'aliasFor,alias\na,b\n\n"c,d\ne,f\n', /line 4: .*never closed/],
    [
      "a quotation mark inside a cell of the header",
      'aliasFor,alias,5" disk\na,b,c\n',
      /line 1: the header can't be used: line 1 has a quotation mark/,
    ],
    [
      "a header that goes on over records",
      'aliasFor,alias,"note\na@x.example,b@x.example,"\n',
      /line 1: the header can't be used: it continues past its line/,
    ],
    ["an open quotation mark in the header", '"aliasFor,alias\na,b\n', /line 1: .*never closed/],
  ])("%s", async (_, content, message) => {
    for (const piece of [1, 65536]) {
      const reading = openText(content, {}, piece).then(allRecords);
      await expect(reading).rejects.toThrow(message);
      await expect(reading).rejects.toMatchObject({ name: "RunError", kind: "input" });
    }
  });

  it("a quotation mark that swallows more than a record may hold", async () => {
    const content = `aliasFor,alias\na,b\n"c,d\n${"e,f\n".repeat(4_500_000)}`;
    await expect(openText(content).then(allRecords)).rejects.toThrow(/line 3: .*longer than 16 MiB/);
  });
});

describe("a file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "csv-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("is read from its path, and its size is known", async () => {
    const path = join(folder, "aliases.csv");
    await writeFile(path, twoRows);
    const input = await openInput({ kind: "file", path });
    expect(input.name).toBe(path);
    expect(input.bytesTotal).toBe(twoRows.length);
    expect(await allRecords(input)).toHaveLength(2);
  });

  it("that does not exist is named", async () => {
    const opening = openInput({ kind: "file", path: join(folder, "none.csv") });
    await expect(opening).rejects.toThrow(/none\.csv can't be read: there is no such file/);
    await expect(opening).rejects.toMatchObject({ kind: "input-not-found" });
  });

  it("that can't be there, as a file stands where its folder should, is named with the system's reason", async () => {
    await writeFile(join(folder, "file"), twoRows);
    const opening = openInput({ kind: "file", path: join(folder, "file", "a.csv") });
    await expect(opening).rejects.toThrow(/a\.csv can't be read: ENOTDIR/);
    await expect(opening).rejects.toMatchObject({ kind: "input-not-found" });
  });

  it.runIf(process.platform !== "win32")("that is a device has no size, and may be empty", async () => {
    const opening = openInput({ kind: "file", path: "/dev/null" });
    await expect(opening).rejects.toMatchObject({ kind: "input" });
  });

  it("that is a folder is named", async () => {
    const opening = openInput({ kind: "file", path: folder });
    await expect(opening).rejects.toThrow(/is a folder/);
    await expect(opening).rejects.toMatchObject({ kind: "input-not-found" });
  });
});

describe("the source", () => {
  it("that fails while it is read ends the run, and does not hang", async () => {
    const failure = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", syscall: "read" });
    const stream = Readable.from(
      (async function* () {
        yield Buffer.from(twoRows);
        yield Buffer.from("x".repeat(100_000));
        throw failure;
      })(),
      { objectMode: false },
    );
    const reading = openInput({ kind: "stdin", stream }).then(allRecords);
    await expect(reading).rejects.toMatchObject({ kind: "input", cause: failure });
  });

  it("is read to its end, though a piece of it is empty or text", async () => {
    const pieces = ["aliasFor,alias\n", Buffer.alloc(0), "ann@x.example,a@x.example\n"];
    const input = await openInput({ kind: "stdin", stream: Readable.from(pieces) });
    expect(await allRecords(input)).toHaveLength(1);
  });

  it.each(["a break", "close"])("is let go of by %s", async (way) => {
    let givenBytes = 0;
    const stream = Readable.from(
      (function* () {
        yield Buffer.from("aliasFor,alias\n");
        for (;;) {
          givenBytes += 4000;
          yield Buffer.from("a,b\n".repeat(1000));
        }
      })(),
      { objectMode: false },
    );
    const input = await openInput({ kind: "stdin", stream });
    if (way === "close") input.close();
    else for await (const _ of input.records) break;
    await turns(5);
    expect(stream.destroyed).toBe(true);
    const given = givenBytes;
    await turns(5);
    expect(givenBytes).toBe(given);
  });

  it("is read on only as its records are asked for", async () => {
    let givenBytes = 0;
    const stream = Readable.from(
      (function* () {
        yield Buffer.from("aliasFor,alias\n");
        for (;;) {
          givenBytes += 40_000;
          yield Buffer.from("a,b\n".repeat(10_000));
        }
      })(),
      { objectMode: false },
    );
    const input = await openInput({ kind: "stdin", stream });
    await turns(50);
    expect(givenBytes).toBeLessThan(1_000_000);
    input.close();
  });

  it("is not blamed for a fault of who reads it", async () => {
    const input = await openText(twoRows);
    await expect(
      (async () => {
        for await (const _ of input.records) throw new TypeError("a fault");
      })(),
    ).rejects.not.toBeInstanceOf(RunError);
  });
});

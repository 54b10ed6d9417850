import { Readable } from "node:stream";
import { createGzip, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openInput } from "../../src/csv/open-input.ts";
import { allRecords, openText } from "./reading.ts";

const MiB = 1024 * 1024;
const HEADER = "aliasFor,alias,note\n";

/** Standard input that begins with a text and never ends, and how much of it was taken. */
function endless(beginning: string, over: string): { readonly stream: Readable; givenBytes: () => number } {
  const chunk = Buffer.from(over.repeat(Math.ceil(65_536 / over.length)));
  let givenBytes = 0;
  const stream = Readable.from(
    (function* () {
      yield Buffer.from(beginning);
      for (;;) {
        givenBytes += chunk.length;
        yield chunk;
      }
    })(),
    { objectMode: false },
  );
  return { stream, givenBytes: () => givenBytes };
}

async function readAll(stream: Readable): Promise<unknown> {
  return await allRecords(await openInput({ kind: "stdin", stream }));
}

describe("a cell of ten megabytes is read, and the rows around it too", () => {
  it.each([
    ["bare", "x".repeat(10 * MiB)],
    ["in quotation marks, with line breaks", `"${'x""\n'.repeat(2.5 * MiB)}"`],
  ])("%s", async (_, cell) => {
    const input = await openText(`${HEADER}a,b,\nc,d,${cell}\ne,f,\n`);
    const records = await allRecords(input);
    expect(records.map(({ cells }) => cells[0])).toEqual(["a", "c", "e"]);
    expect(records[1]?.raw).toHaveLength(4 + cell.length);
    expect(records[2]?.line).toBe(4 + (cell.match(/\n/g)?.length ?? 0));
  });

  it("also in the header", async () => {
    const input = await openText(`aliasFor,alias,"${"x".repeat(10 * MiB)}"\na,b,\n`);
    expect(input.header?.[2]).toHaveLength(10 * MiB);
    expect(await allRecords(input)).toHaveLength(1);
  });

  it("and several in a row, one behind the other", async () => {
    const input = await openText(`${HEADER}${`a,b,${"x".repeat(5 * MiB)}\n`.repeat(4)}`);
    expect((await allRecords(input)).map(({ raw }) => raw.length)).toEqual(Array(4).fill(4 + 5 * MiB));
  });
});

describe("a record without an end stops the run at the line where it begins, and not at the memory's end", () => {
  it.each([
    ["a quotation mark opened on line 2 of an endless file", `${HEADER}"oops,b\n`, "a,b,c\n", 2],
    ["a line that never ends", `${HEADER}a,b,c\na,b,`, "x", 3],
    ["a disk's NULs behind the last record", `${HEADER}${"a,b,c\n".repeat(2_000)}`, "\0", 2_002],
    ["spaces", `${HEADER}`, " ", 2],
  ])("%s", async (_, beginning, over, line) => {
    const { stream, givenBytes } = endless(beginning, over);
    const reading = readAll(stream);
    await expect(reading).rejects.toMatchObject({ name: "RunError", kind: "input" });
    await expect(reading).rejects.toThrow(`line ${line}: the record that begins here is longer than 16 MiB`);
    expect(givenBytes()).toBeLessThan(20 * MiB);
    expect(stream.destroyed).toBe(true);
  });

  it("in the header", async () => {
    const { stream } = endless('"aliasFor,alias\n', "a,b\n");
    await expect(readAll(stream)).rejects.toThrow(/line 1: the record that begins here is longer/);
  });

  it("out of a few kilobytes of gzip", async () => {
    const gzip = createGzip();
    endless(`${HEADER}"`, "x").stream.pipe(gzip);
    await expect(readAll(gzip)).rejects.toThrow(/line 2: the record that begins here is longer/);
  });
});

it("A gzip of hundreds of megabytes of rows is read a little at a time", async () => {
  const rows = gzipSync(Buffer.from("ann@x.example,a@x.example,\n".repeat(400_000)));
  const input = await openText(Buffer.concat([gzipSync(HEADER), ...Array(20).fill(rows)]), {}, 4096);
  let count = 0;
  for await (const batch of input.records) {
    count += batch.length;
    // Of what is compressed, no more is taken in than the rows that were asked for need.
    if (count < 400_000) expect(input.bytesRead()).toBeLessThan(3 * rows.length);
    else break;
  }
  expect(count).toBeGreaterThanOrEqual(400_000);
});

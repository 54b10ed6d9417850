import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { ParsedRow } from "../../src/domain/parsed-record.ts";
import { parseRecord } from "../../src/domain/row.ts";
import { RunError } from "../../src/domain/run-error.ts";
import { DamageWatch } from "../../src/read-input/damage-watch.ts";
import { allRecords, openText } from "./reading.ts";

const HEADERS = {
  aliasFor: ["aliasFor", "PrimarySmtpAddress"],
  alias: ["alias", "EmailAddresses"],
  others: ["note", "Office", "Recovery"],
} as const;

const note = fc.constantFrom("", "", "x", "x, y", 'say "hi"', "a;b", "two\nlines", "was ann@other.example");
const separator = fc.constantFrom(";", ",", "\n", "; ", "\r\n", ",\n", ";\n");

const table = fc
  .record({
    delimiter: fc.constantFrom(",", ";", "\t"),
    lineBreak: fc.constantFrom("\n", "\r\n"),
    quoting: fc.constantFrom("all", "needed", "lists"),
    set: fc.constantFrom(0, 1),
    order: fc.shuffledSubarray(["aliasFor", "alias", "other", "other2"], { minLength: 4, maxLength: 4 }),
    width: fc.integer({ min: 2, max: 4 }),
    lastLineBreak: fc.boolean(),
    lists: fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 3 }), separator, notes: fc.tuple(note, note) }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map((how) => {
    const others = ["other", "other2"].slice(0, how.width - 2);
    const columns = how.order.filter((name) => !name.startsWith("other") || others.includes(name));
    const header = columns.map((name) => {
      if (name === "aliasFor" || name === "alias") return HEADERS[name][how.set] ?? "";
      return HEADERS.others[name === "other" ? 0 : 1];
    });
    const rows = how.lists.map(({ size, separator, notes }, index) =>
      columns.map((name) => {
        if (name === "aliasFor") return `p${index}@new.example`;
        if (name !== "alias") return notes[name === "other" ? 0 : 1];
        return Array.from({ length: size }, (_, nth) => `a${index}-${nth}@old.example`).join(separator);
      }),
    );
    const text = stringify([header, ...rows], {
      delimiter: how.delimiter,
      record_delimiter: how.lineBreak,
      quoted: how.quoting === "all",
      quoted_match: how.quoting === "lists" ? /[\r\n]|^a\d/ : /[\r\n]/,
      eof: how.lastLineBreak,
    });
    return { text, delimiter: how.delimiter };
  });

/** What a file gives: pairs, and the text, without quotation marks, of all records that give an invalid row. */
async function readingOf(text: string, delimiter: string) {
  const pairs = new Set<string>();
  let invalid = "";
  const input = await openText(text, { delimiter });
  const damage = new DamageWatch(input);
  const records = (await allRecords(input)).flatMap((it) => damage.next(it, parseRecord(it, input)));
  for (const { record, reading } of records) {
    const rows: readonly ParsedRow[] = reading.kind === "list" ? [...reading.rows] : [reading];
    for (const row of rows) {
      if (row.kind === "pair") pairs.add(`${row.pair.aliasFor} ${row.pair.alias}`);
      else invalid += `${record.raw.replaceAll('"', "")}\n`;
    }
  }
  return { pairs, invalid };
}

type Edit = { readonly kind: "delete" | "add" | "move"; readonly from: number; readonly to: number };
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("delete", "add", "move"),
  from: fc.nat(),
  to: fc.nat(),
});

function edited(text: string, { kind, from, to }: Edit): string {
  const marks = [...text.matchAll(/"/g)].map(({ index }) => index);
  const taken = marks[from % Math.max(1, marks.length)];
  if (kind !== "add" && taken === undefined) return text;
  const without = kind === "add" ? text : text.slice(0, taken) + text.slice((taken ?? 0) + 1);
  if (kind === "delete") return without;
  const place = to % (without.length + 1);
  return `${without.slice(0, place)}"${without.slice(place)}`;
}

it("One quotation mark deleted, added or moved gives no wrong pair, and what is lost is in an invalid row", async () => {
  await fc.assert(
    fc.asyncProperty(table, edit, async ({ text, delimiter }, change) => {
      const good = await readingOf(text, delimiter);
      fc.pre(good.invalid === "");
      const damaged = await readingOf(edited(text, change), delimiter).catch((error: unknown) => {
        // The whole file is refused.
        if (error instanceof RunError && error.kind === "input") return undefined;
        throw error;
      });
      if (damaged === undefined) return;
      expect([...damaged.pairs].filter((pair) => !good.pairs.has(pair))).toEqual([]);
      const left = addressesIn(damaged.pairs);
      const lost = [...addressesIn(good.pairs)].filter((address) => !left.has(address));
      expect(lost.filter((address) => !damaged.invalid.includes(address))).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
}, 120_000);

function addressesIn(pairs: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...pairs].flatMap((pair) => pair.split(" ")));
}

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { faultSchema, parseFaults } from "../../src/simulator/faults/fault.ts";

const DOCS = new URL("../../docs/simulator.md", import.meta.url);

function problemsOf(value: unknown): string {
  return messageOf(JSON.stringify(value));
}

function messageOf(text: string): string {
  try {
    parseFaults(text, "faults.json");
  } catch (error) {
    if (error instanceof RunError && error.kind === "input") return error.message;
    throw error;
  }
  throw new Error("The faults were accepted");
}

/** The fields of every kind; only some kinds have `path`, `group`, `page` and `moreThanRows`. */
const AIM_FIELDS = [
  "alias",
  "aliasFor",
  "path",
  "group",
  "page",
  "moreThanRows",
  "times",
  "rate",
  "after",
  "for",
];

const FINE = { alias: "a@b.example", kind: "drop" };

test("The example of the documentation is a faults file", async () => {
  const example = /```json\n(\[.*?)```/s.exec(await readFile(DOCS, "utf8"))?.[1] ?? "";
  expect(parseFaults(example, "docs/simulator.md").map(({ kind }) => kind)).toEqual([
    "fail",
    "slow",
    "status",
    "html",
    "drop",
    "status",
    "status",
  ]);
});

test("The documentation has every field for what a fault hits, when and how often", async () => {
  const text = await readFile(DOCS, "utf8");
  const [table = ""] = /^\| field \| meaning \|\n(?:\|.*\n)+/m.exec(text) ?? [];
  const documented = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, field]) => field),
  );
  expect(documented.sort()).toEqual([...AIM_FIELDS, "kind"].sort());
});

test("The documentation has every kind of fault with each of its fields", async () => {
  const text = await readFile(DOCS, "utf8");
  const rows = new Map(
    [...text.matchAll(/^\| `([a-z-]+)` \| (.*?) ?\| [^|]*\|$/gm)].map(([, kind, fields]) => [kind, fields]),
  );
  for (const { shape } of faultSchema.options) {
    const kind = shape.kind.value;
    const own = Object.keys(shape).filter((field) => field !== "kind" && !AIM_FIELDS.includes(field));
    const documented = [...(rows.get(kind) ?? "missing").matchAll(/`(\w+)`/g)].map(([, field]) => field);
    expect([kind, ...documented]).toEqual([kind, ...own]);
  }
});

test("A file with a byte order mark is read", () => {
  expect(parseFaults("\uFEFF[]", "faults.json")).toEqual([]);
});

test("A file that is not JSON is an error that names the file", () => {
  expect(messageOf("[{")).toMatch(/^faults\.json is not valid JSON: .*Expected a list of faults/s);
});

test("A file without a list is an error that says so", () => {
  expect(problemsOf({ alias: "a@b.example" })).toContain(
    'the file: found {"alias":"a@b.example"}, expected a list of faults',
  );
});

test("All problems are reported at once, each with its place", () => {
  const message = problemsOf([
    FINE,
    { alias: "nobody", kind: "slow", ms: 0.5 },
    7,
    { ...FINE, kind: "burn" },
  ]);
  expect(message.split("\n")).toEqual([
    "faults.json can't be used as a faults file:",
    '  [1].alias: found "nobody", expected an address, "name-*@domain", "*@domain" or "*"',
    "  [1].ms: found 0.5, expected a whole number from 1 to 3600000",
    '  [2]: found 7, expected a fault: { "alias": …, "kind": … }',
    '  [3].kind: found "burn", expected one of fail, omitted, gateway-fail, status, meta-status, html, empty, drop, cut-off, oversized, slow, redirect',
    expect.stringMatching("Fix the file and start again"),
  ]);
});

test.each<[string, object, string]>([
  [
    "names no target",
    { kind: "drop" },
    '[0]: found {"kind":"drop"}, expected exactly one of "alias", "aliasFor", "path" and "group"',
  ],
  ["names both", { ...FINE, aliasFor: "b@b.example" }, '[0]: found {"alias":"a@b.example"'],
  ["names an address and a path", { ...FINE, path: "*" }, '[0]: found {"alias":"a@b.example"'],
  [
    "names something that is not a path",
    { path: "oauth", kind: "drop" },
    '[0].path: found "oauth", expected a path, such as "/oauth/token", or "*"',
  ],
  [
    "is an item's and names a path",
    { path: "*", kind: "omitted" },
    "[0].path: found a field that a fault of this kind does not have",
  ],
  ["has rate 0", { ...FINE, rate: 0 }, "[0].rate: found 0, expected a share above 0 and up to 1"],
  ["has a rate in percent", { ...FINE, rate: 5 }, "[0].rate: found 5, expected a share"],
  ["has a rate as text", { ...FINE, rate: "1%" }, '[0].rate: found "1%", expected a share'],
  ["begins after a number", { ...FINE, after: 10 }, '[0].after: found 10, expected a time, such as "10s"'],
  ["has a duration that is not a time", { ...FINE, for: "1.5s" }, '[0].for: found "1.5s", expected a time'],
  ["has two wildcards", { ...FINE, alias: "*-*@b.example" }, "[0].alias: found"],
  ["has no kind", { alias: "a@b.example" }, "[0].kind: found nothing, expected one of fail,"],
  ["has times 0", { ...FINE, times: 0 }, "[0].times: found 0, expected a whole number from 1"],
  [
    "has a field of another kind",
    { ...FINE, status: 503 },
    "[0].status: found a field that a fault of this kind does not have",
  ],
  [
    "has a status as text",
    { ...FINE, kind: "status", status: "503" },
    '[0].status: found "503", expected a whole number from 200 to 599',
  ],
  ["has no code", { ...FINE, kind: "fail" }, "[0].code: found nothing, expected"],
  ["has an empty code", { ...FINE, kind: "fail", code: "" }, '[0].code: found "", expected an error code'],
  [
    "has a header with a line break",
    { ...FINE, kind: "status", status: 503, headers: { "Retry-After": "1\r\nx: y" } },
    "[0].headers.Retry-After: found",
  ],
  [
    "has a header's name with a space",
    { ...FINE, kind: "status", status: 503, headers: { "Retry After": "1" } },
    "[0].headers: found",
  ],
  [
    "redirects to something that is not a header value",
    { ...FINE, kind: "redirect", location: "http://x/\n" },
    "[0].location: found",
  ],
])("A fault that %s is refused with its place", (_what, fault, problem) => {
  expect(problemsOf([fault])).toContain(`  ${problem}`);
});

test("A message shows the value found in one short line", () => {
  const found = problemsOf([{ ...FINE, alias: `${"x".repeat(500)} ` }]).split("\n")[1];
  expect(found?.length).toBeLessThan(160);
});

test.each([
  ["a list", (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`],
  ["a field", (depth: number) => `[{"alias":"*","kind":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}]`],
])("%s that is nested 100,000 levels deep is refused as input", (_, nested) => {
  expect(messageOf(nested(100_000))).toBe(
    "faults.json nests values more than 100 levels deep. Expected a list of faults, as docs/simulator.md shows it.",
  );
  // 90 levels are found wrong for what they hold.
  expect(messageOf(nested(90))).toContain("found ");
});

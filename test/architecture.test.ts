import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

/** A file of the program: its path below src, with slashes, and its text. */
interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Which rooms each room of src may import from, besides itself and packages. */
const MAY_IMPORT: Readonly<Record<string, readonly string[] | "all">> = {
  domain: [],
  engine: ["domain"],
  files: ["domain"],
  csv: ["domain", "files"],
  ledger: ["domain", "files"],
  mimecast: ["domain"],
  report: ["domain"],
  simulator: ["domain"],
  log: ["domain"],
  config: ["domain", "mimecast"],
  "read-input": ["domain", "engine", "csv", "ledger"],
  "send-rows": ["domain", "engine", "ledger"],
  "write-results": ["domain", "engine", "files", "csv", "ledger", "report"],
  "import-aliases": [
    "read-input",
    "send-rows",
    "write-results",
    "domain",
    "engine",
    "csv",
    "ledger",
    "report",
  ],
  "check-account": ["domain", "engine"],
  "verify-aliases": ["read-input", "domain", "engine", "csv", "ledger"],
  "export-members": ["domain", "engine", "files", "csv", "ledger", "report"],
  cli: "all",
  demo: "all",
};

/** Packages that one place alone knows; whoever else wants them is to ask that place. */
const ONLY_IN: readonly { readonly packages: RegExp; readonly rooms: readonly string[] }[] = [
  { packages: /^got$/, rooms: ["mimecast"] },
  { packages: /^csv-(parse|stringify)(\/|$)/, rooms: ["csv"] },
  { packages: /^(libsql|node:sqlite)$/, rooms: ["ledger"] },
  { packages: /^pino(-pretty)?$/, rooms: ["log", "cli"] },
  { packages: /^commander$/, rooms: ["cli"] },
  { packages: /^(d3-.*|prom-client)$/, rooms: ["report"] },
];

/** Modules of Node that do something, or know the time or the machine: the pure rooms do without them. */
const PURE_ROOMS = ["domain", "engine"];
const PURE_MODULES = ["node:url"];

/** `cli/host.ts` hands the process on to the two entries; all else is handed what it needs of it. */
const MAY_TOUCH_PROCESS = ["cli.ts", "demo.ts", "cli/host.ts"];

const MOST_LINES = 250;

/** Everything in the files that breaks a rule of the house, as `file: what is wrong`. */
const GUARDS = {
  "rooms import only what lies below them": roomFaults,
  "packages are known in one place": packageFaults,
  "domain and engine do no input or output, and know no clock and no chance": purityFaults,
  "the process is touched in one place": processFaults,
  "no file is so long that it holds two ideas": lengthFaults,
} as const;

describe("the program keeps to the plan of its house", () => {
  const files = sourceFiles(join(import.meta.dirname, "../src"));

  it("which is about all of src", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.map(({ path }) => path)).toContain("cli/main.ts");
  });

  it.each(Object.entries(GUARDS))("%s", (_title, faults) => {
    expect(files.flatMap(faults)).toEqual([]);
  });

  it("no file imports itself by way of others", () => {
    expect(circles(files)).toEqual([]);
  });
});

describe("a guard finds", () => {
  it.each([
    ["domain/a.ts", 'import { b } from "../engine/b.ts";'],
    ["engine/a.ts", 'import { b } from "../ledger/b.ts";'],
    ["csv/a.ts", 'import type { B } from "../ledger/b.ts";'],
    ["files/a.ts", 'import { b } from "../csv/b.ts";'],
    ["ledger/a.ts", 'import {\n  b,\n} from "../csv/b.ts";'],
    ["report/a.ts", 'import { b } from "../ledger/b.ts";'],
    ["mimecast/a.ts", 'import { b } from "../engine/b.ts";'],
    ["simulator/faults/a.ts", 'import { b } from "../../mimecast/b.ts";'],
    ["import-aliases/a.ts", 'import { b } from "../mimecast/b.ts";'],
    ["import-aliases/a.ts", 'import { b } from "../config/b.ts";'],
    ["import-aliases/a.ts", 'const { b } = await import("../cli/b.ts");'],
    ["import-aliases/a.ts", 'import { b } from "../simulator/b.ts";'],
    ["export-members/a.ts", 'import { b } from "../import-aliases/b.ts";'],
    ["import-aliases/a.ts", 'import { b } from "../verify-aliases/b.ts";'],
    ["verify-aliases/a.ts", 'import { b } from "../mimecast/b.ts";'],
    ["config/a.ts", 'import { b } from "../csv/b.ts";'],
    ["config/a.ts", 'import { b } from "../ledger/b.ts";'],
    ["log.ts", 'export { b } from "./cli/b.ts";'],
    ["csv/a.ts", 'import "../log.ts";'],
    ["ledger/a.ts", 'import { b } from "../cli.ts";'],
    ["attic/a.ts", 'import { b } from "../domain/b.ts";'],
  ])("an import that goes up or aside: %s, %j", (path, text) => {
    expect(roomFaults({ path, text })).toHaveLength(1);
  });

  it.each([
    ["engine/a.ts", 'import { b } from "../domain/b.ts";'],
    ["engine/a.ts", 'import { b } from "./b.ts";'],
    ["simulator/faults/a.ts", 'import { b } from "../b.ts";'],
    ["demo.ts", 'import { b } from "./config/b.ts";'],
    ["cli.ts", 'import { b } from "./cli/b.ts";'],
    ["cli/a.ts", 'import { b } from "../mimecast/b.ts";'],
    ["domain/a.ts", '// as in `import { b } from "../engine/b.ts"`'],
  ])("nothing in an import that goes down: %s, %j", (path, text) => {
    expect(roomFaults({ path, text })).toEqual([]);
  });

  it.each([
    ["cli/a.ts", 'import got from "got";'],
    ["import-aliases/a.ts", 'import { parse } from "csv-parse/sync";'],
    ["report/a.ts", 'import { stringify } from "csv-stringify";'],
    ["engine/a.ts", 'import Libsql from "libsql";'],
    ["ledger/a.ts", 'import { pino } from "pino";'],
    ["csv/a.ts", 'const { prettyFactory } = await import("pino-pretty");'],
    ["config/a.ts", 'import { Command } from "commander";'],
    ["cli/a.ts", 'const { Gauge } = await import("prom-client");'],
    ["engine/a.ts", 'import { scaleUtc } from "d3-scale";'],
  ])("a package where it is not at home: %s, %j", (path, text) => {
    expect(packageFaults({ path, text })).toHaveLength(1);
  });

  it.each([
    ["domain/a.ts", 'import { readFileSync } from "node:fs";'],
    ["engine/a.ts", 'import { setTimeout } from "node:timers/promises";'],
    ["domain/a.ts", "const now = Date.now();"],
    ["domain/a.ts", "const now = new Date();"],
    ["engine/a.ts", "const now = performance.now();"],
    ["engine/a.ts", "const jitter = Math.random();"],
    ["engine/a.ts", "setTimeout(resolve, 100);"],
    ["domain/a.ts", "console.log(1);"],
  ])("what is not pure: %s, %j", (path, text) => {
    expect(purityFaults({ path, text })).toHaveLength(1);
  });

  it("nothing impure in other rooms, nor in a date that is given", () => {
    expect(purityFaults({ path: "ledger/a.ts", text: 'import { rmSync } from "node:fs";' })).toEqual([]);
    expect(purityFaults({ path: "domain/a.ts", text: "new Date(epochMs).toISOString()" })).toEqual([]);
  });

  it.each([
    ["cli/a.ts", "process.exit(1);"],
    ["log.ts", 'import process from "node:process";'],
    ["mimecast/a.ts", "const { env } = globalThis.process;"],
    ["config/a.ts", "const { env } = process;"],
  ])("a hand on the process: %s, %j", (path, text) => {
    expect(processFaults({ path, text })).toHaveLength(1);
  });

  it.each([
    ["cli.ts", "process.exitCode = 70;"],
    ["demo.ts", "process.exit(0);"],
    ["cli/a.ts", "// process.exit would lose what is not written yet"],
    ["cli/a.ts", 'say("the process ended");'],
  ])("nothing in %s, %j", (path, text) => {
    expect(processFaults({ path, text })).toEqual([]);
  });

  it("a circle of imports, types among them", () => {
    const file = (path: string, ...targets: string[]): SourceFile => ({
      path,
      text: targets.map((target) => `import type { A } from "${target}";`).join("\n"),
    });
    expect(circles([file("a/a.ts", "./b.ts"), file("a/b.ts", "../c.ts"), file("c.ts", "./a/a.ts")])).toEqual([
      "a/a.ts > a/b.ts > c.ts > a/a.ts",
    ]);
    expect(circles([file("a.ts", "./b.ts", "./c.ts"), file("b.ts", "./c.ts"), file("c.ts")])).toEqual([]);
  });

  it("a file of more than 250 lines", () => {
    expect(lengthFaults({ path: "csv/a.ts", text: "a\n".repeat(250) })).toEqual([]);
    expect(lengthFaults({ path: "csv/a.ts", text: "a\n".repeat(251) })).toEqual([
      "csv/a.ts: 251 lines, at most 250",
    ]);
  });
});

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path: path.split(sep).join("/"), text: readFileSync(join(folder, path), "utf8") }));
}

function roomFaults(file: SourceFile): string[] {
  const room = roomOf(file.path);
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return [`${file.path}: ${room} has no place in the plan of the house`];
  return imports(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => targetOf(file.path, specifier))
    .filter((target) => roomOf(target) !== room && allowed !== "all" && !allowed.includes(roomOf(target)))
    .map((target) => `${file.path}: imports ${target}`);
}

/** Returns each circle of imports once, as the paths on its way. */
function circles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] => {
    const start = way.indexOf(path);
    if (start !== -1) return [[...way.slice(start), path].join(" > ")];
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return [];
    const found = imports(file)
      .filter((specifier) => specifier.startsWith("."))
      .flatMap((specifier) => visit(targetOf(path, specifier), [...way, path]));
    done.add(path);
    return found;
  };
  return files.flatMap(({ path }) => visit(path, []));
}

/** Returns the path below src that a file's relative import leads to. */
function targetOf(path: string, specifier: string): string {
  return relative("/src", join("/src", path, "..", specifier))
    .split(sep)
    .join("/");
}

function packageFaults(file: SourceFile): string[] {
  return imports(file)
    .filter((name) =>
      ONLY_IN.some(({ packages, rooms }) => packages.test(name) && !rooms.includes(roomOf(file.path))),
    )
    .map((name) => `${file.path}: imports ${name}`);
}

function purityFaults(file: SourceFile): string[] {
  if (!PURE_ROOMS.includes(roomOf(file.path))) return [];
  const impure =
    /\b(Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|setImmediate|console\.|fetch\()/g;
  const modules = imports(file).filter((name) => name.startsWith("node:") && !PURE_MODULES.includes(name));
  const words = code(file)
    .replaceAll(/^import .*$/gm, "")
    .match(impure);
  return [...modules, ...(words ?? [])].map((word) => `${file.path}: uses ${word}`);
}

function processFaults(file: SourceFile): string[] {
  if (MAY_TOUCH_PROCESS.includes(file.path)) return [];
  // A word in a sentence is followed by a space and more words; in code it is taken apart, given or assigned.
  const touched = code(file).match(/(?<![\w$'"-])process(?:\.\w+|(?=\s*[;,)\]}]))|"node:process"/g);
  return touched === null ? [] : [`${file.path}: touches ${[...new Set(touched)].join(", ")}`];
}

function lengthFaults(file: SourceFile): string[] {
  const count = file.text.replace(/\n$/, "").split("\n").length;
  return count > MOST_LINES ? [`${file.path}: ${count} lines, at most ${MOST_LINES}`] : [];
}

/** `csv` for csv/anything.ts, `log` for log.ts: a file beside the rooms belongs to the room of its name. */
function roomOf(path: string): string {
  return path.split("/")[0]?.replace(/\.ts$/, "") ?? "";
}

/** What the file imports or re-exports, types and lazy imports among it. */
function imports(file: SourceFile): string[] {
  const found = code(file).matchAll(/\bfrom\s*"([^"]+)"|\bimport\s*\(\s*"([^"]+)"|^\s*import\s*"([^"]+)"/gm);
  return [...found].map(([, from, lazy, bare]) => from ?? lazy ?? bare ?? "");
}

/** The text without its comments. */
function code(file: SourceFile): string {
  return file.text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

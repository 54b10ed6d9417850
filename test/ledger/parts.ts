import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { onTestFinished } from "vitest";
import { Ledger } from "../../src/ledger/ledger.ts";
import type { LedgerOwner } from "../../src/ledger/migrations.ts";
import type { PlanRules } from "../../src/ledger/plan-rows.ts";
import type { PlannedRow, ResultRow } from "../../src/ledger/run-queries.ts";
import type { RunStore } from "../../src/ledger/run-store.ts";
import type { StagedRow } from "../../src/ledger/stage-rows.ts";

export const CORP: LedgerOwner = { tenant: "corp", loopback: false };
export const NO_RULES: PlanRules = { allowMove: false, allowChain: false };
/** When the histories of these tests happened. */
export const DAY = Date.UTC(2026, 0, 2);

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mimecast-bulk-ledger-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A ledger in a folder of its own, closed when the test ends. */
export function openLedger(folder: string = temporaryFolder()): Ledger {
  const ledger = Ledger.open(folder, CORP);
  onTestFinished(() => ledger.close());
  return ledger;
}

/** A row as reading stages it: `alias>primary`, each without its domain. */
export function row(pair: string, line: number, more: Partial<StagedRow> = {}): StagedRow {
  const [alias = "", primary = ""] = pair.split(">").map((name) => `${name}@x.example`);
  return {
    file: 0,
    line,
    raw: `${primary},${alias}`,
    aliasFor: primary,
    alias,
    primaryKey: primary,
    aliasKey: alias,
    ...more,
  };
}

/** Rows on lines 2, 3, 4 and so on, as below a header. */
export function rows(...pairs: readonly string[]): StagedRow[] {
  return pairs.map((pair, index) => row(pair, index + 2));
}

export function invalid(line: number): StagedRow {
  const refused = { outcome: "invalid", code: "empty_cell", message: "the cell of alias is empty" } as const;
  return {
    file: 0,
    line,
    raw: "a@x.example,",
    aliasFor: "",
    alias: "",
    primaryKey: null,
    aliasKey: null,
    planned: refused,
  };
}

export function skipped(pair: string, line: number): StagedRow {
  const refused = { outcome: "skipped", code: "skipped_domain", message: "passed over" } as const;
  const { aliasKey } = row(pair, line);
  return row(pair, line, { aliasKey: null, skippedKey: aliasKey ?? undefined, planned: refused });
}

/** How an earlier run ended for a pair; `claimed` is a run that died before the answer. */
export interface Past {
  readonly pair: string;
  readonly ended: "applied" | "failed" | "unknown" | "claimed";
  readonly atEpochMs?: number;
}

let runCount = 0;

export function newRunFolder(folder: string): string {
  runCount += 1;
  return join(folder, `20260102T${String(runCount).padStart(9, "0")}Z-test`);
}

/** Runs that lie behind, each merged into the ledger; returns their names. One pair of an alias a run. */
export async function livedThrough(
  ledger: Ledger,
  folder: string,
  ...runs: readonly (readonly Past[])[]
): Promise<string[]> {
  const names: string[] = [];
  for (const past of runs) {
    const runFolder = newRunFolder(folder);
    names.push(basename(runFolder));
    const store = ledger.beginRun(runFolder);
    store.stager().add(rows(...past.map(({ pair }) => pair)));
    await claimAndEnd(store, past);
    store.merge(DAY);
    ledger.endRun(runFolder);
  }
  return names;
}

export async function claimAndEnd(store: RunStore, past: readonly Past[]): Promise<void> {
  const journal = store.journal();
  for (const [index, { ended, atEpochMs }] of past.entries()) {
    const seq = index + 1;
    void journal.claim([{ seq: seq, attempts: 1 }]);
    if (ended !== "claimed")
      void journal.recordOutcome({ ...ending(seq, ended), atEpochMs: atEpochMs ?? DAY });
  }
  await journal.flush();
}

export function ending(seq: number, ended: "applied" | "failed" | "unknown") {
  return { seq, ended, retryable: ended === "unknown", attempts: 1, atEpochMs: DAY } as const;
}

/** Stages and plans the rows in a new run, which stays attached. */
export function planned(
  ledger: Ledger,
  folder: string,
  staged: readonly StagedRow[],
  rules: PlanRules = NO_RULES,
): RunStore {
  const store = ledger.beginRun(newRunFolder(folder));
  store.stager().add(staged);
  store.plan(rules);
  return store;
}

export function plansOf(store: RunStore): PlannedRow[] {
  return [...store.read.planned("all")].flat();
}

/** `line plan code` of each row, in the order of the input. */
export function told(store: RunStore): string[] {
  return plansOf(store).map(({ line, plan, code }) =>
    [line, plan, code].filter((word) => word !== "").join(" "),
  );
}

/** Lines in the order of sending. */
export function sendingOrder(store: RunStore): number[] {
  return store.read.sendable(0, 10_000).map(({ line }) => line);
}

export function endedRows(store: RunStore, selection: "all" | "to-fix" | "to-retry" = "all"): ResultRow[] {
  return [...store.read.results(selection)].flat();
}

export function rawsOf(store: RunStore, selection: "all" | "to-fix" | "to-retry" = "all"): string[] {
  return [...store.read.records(selection)].flat().map(({ raw }) => raw);
}

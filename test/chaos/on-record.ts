import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { integer, text, textOrNull } from "../../src/ledger/cells.ts";
import { Database } from "../../src/ledger/database.ts";

/** What the ledger knows of an alias. Addresses are in lower case. */
interface Known {
  readonly inPlace: string | null;
  readonly unanswered: string | null;
  readonly tried: string;
  readonly ended: string;
}

/** A run that has not brought its record into the ledger yet. */
interface UnfinishedRun {
  /** Aliases that it was about to send, or had sent. */
  readonly claimed: ReadonlySet<string>;
  /** Alias to how it ended. */
  readonly ended: ReadonlyMap<string, string>;
}

/** All that a folder has on record, in the ledger and in runs that were killed. */
export interface OnRecord {
  readonly known: ReadonlyMap<string, Known>;
  /** By the name of their folder. */
  readonly unfinished: ReadonlyMap<string, UnfinishedRun>;
  /** What SQLite finds wrong with the files. */
  readonly damage: readonly string[];
}

export const NOTHING_ON_RECORD: OnRecord = { known: new Map(), unfinished: new Map(), damage: [] };

/** Reads copies, so that the next run finds everything as the last one has left it. */
export function onRecord(runs: string, scratch: string): OnRecord {
  const known = new Map<string, Known>();
  const unfinished = new Map<string, UnfinishedRun>();
  const damage: string[] = [];
  reading(join(runs, "ledger.db"), "ledger", scratch, damage, (ledger) => {
    for (const row of ledger.all("SELECT alias, in_place, unanswered, tried, ended FROM ledger.alias")) {
      const inPlace = textOrNull(row, 1);
      known.set(text(row, 0), {
        inPlace,
        unanswered: textOrNull(row, 2),
        tried: text(row, 3),
        ended: text(row, 4),
      });
    }
  });
  for (const folder of existsSync(runs) ? readdirSync(runs).sort() : []) {
    reading(join(runs, folder, "run.db"), "run", scratch, damage, (run) => {
      unfinished.set(folder, bringIn(run, known));
    });
  }
  return { known, unfinished, damage };
}

/** Whether a run that finds this must not send the pair any more. */
export function isInPlace({ known }: OnRecord, alias: string, primary: string): boolean {
  const found = known.get(alias);
  return (
    found?.inPlace === primary &&
    found.unanswered === null &&
    (found.tried !== primary || found.ended === "applied")
  );
}

/** Whether the alias is, or may be, in place for another primary. */
export function isElsewhere({ known }: OnRecord, alias: string, primary: string): boolean {
  const found = known.get(alias);
  return [found?.inPlace, found?.unanswered].some((other) => typeof other === "string" && other !== primary);
}

/** Whether the address is an alias, or may be. */
export function isAlias({ known }: OnRecord, address: string): boolean {
  const found = known.get(address);
  return (found?.inPlace ?? found?.unanswered ?? null) !== null;
}

/** Aliases that have the address as their primary, or may have it. */
export function aliasesOf({ known }: OnRecord, address: string): string[] {
  return [...known].flatMap(([alias, { inPlace, unanswered }]) =>
    inPlace === address || unanswered === address ? [alias] : [],
  );
}

/** `name`: what the file's own views call it. */
function reading(
  path: string,
  name: "ledger" | "run",
  scratch: string,
  damage: string[],
  read: (database: Database) => void,
): void {
  if (!existsSync(path)) return;
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch);
  const copy = join(scratch, "copy.db");
  cpSync(path, copy);
  if (existsSync(`${path}-wal`)) cpSync(`${path}-wal`, `${copy}-wal`);
  try {
    const database = Database.open(copy, name);
    try {
      const verdicts = database.all(`PRAGMA ${name}.integrity_check`).map((row) => text(row, 0));
      if (verdicts.join() !== "ok") damage.push(`${path}: ${verdicts.join("; ")}`);
      // One that died before its tables were there has nothing to tell.
      const tables = database.first(`SELECT count(*) FROM ${name}.sqlite_schema`) ?? [];
      if (integer(tables, 0) > 0) read(database);
    } finally {
      database.close();
    }
  } catch (error) {
    damage.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Follows docs/import.md: what is claimed and has no outcome may be in place. */
function bringIn(run: Database, known: Map<string, Known>): UnfinishedRun {
  const claimed = new Set<string>();
  const recorder = new Map<string, string>();
  const rows = run.all(
    `SELECT row.alias_key, row.primary_key, outcome.ended FROM run.row
     JOIN run.claim ON claim.seq = row.seq LEFT JOIN run.outcome ON outcome.seq = row.seq`,
  );
  for (const row of rows) {
    const alias = text(row, 0);
    const primary = text(row, 1);
    const recorded = textOrNull(row, 2);
    const ended = recorded ?? "unknown";
    claimed.add(alias);
    if (recorded !== null) recorder.set(alias, recorded);
    const before = known.get(alias);
    const doubt = before?.unanswered === primary ? null : (before?.unanswered ?? null);
    known.set(alias, {
      inPlace: ended === "applied" ? primary : (before?.inPlace ?? null),
      unanswered: ended === "applied" ? null : ended === "unknown" ? primary : doubt,
      tried: primary,
      ended,
    });
  }
  return { claimed, ended: recorder };
}

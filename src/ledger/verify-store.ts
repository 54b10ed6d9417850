import { join } from "node:path";
import { FOUND, isFound, type VerifyCounts, type VerifyStatus } from "../domain/outcome.ts";
import { queryBatches } from "./batches.ts";
import { integer, type Row, storable, text } from "./cells.ts";
import { Database } from "./database.ts";
import type { FileTraits } from "./database-error.ts";
import { clearRunFolder, makeRunFolder, removeStaleWork, VERIFY_FILE } from "./run-folder.ts";
import { RunStore } from "./run-store.ts";
import { RUN_APPLICATION_ID, RUN_SCHEMA, VERIFY_SCHEMA } from "./schema.ts";

/** An address that Mimecast lists. */
export interface SeenAddress {
  /** The address in compare form. */
  readonly key: string;
  /** Undefined where Mimecast does not say whether it is an alias. */
  readonly alias: boolean | undefined;
}

/** A domain with the number of its expected aliases. */
export interface DomainCount {
  /** The domain in Mimecast's spelling. */
  readonly name: string;
  readonly aliases: number;
}

/** A row with the verification status of its alias. */
export interface VerifiedRow {
  /** Index of the input file, from 0. */
  readonly file: number;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  readonly found: VerifyStatus;
}

/**
 * Compares the aliases of an input with those that Mimecast lists, on disk, so that memory stays bounded. Uses a file in
 * the run's folder, which is locked as long as the process lives, and deleted at the end. The next run or verification in
 * the same --out folder deletes the file of a killed one. The ledger is not changed.
 *
 * Use in this order: stage rows in {@link run}; {@link collectAliases}; {@link markInternal} and {@link addListed} as
 * pages arrive; {@link compare}; then read counts and rows.
 */
export class VerifyStore {
  /** Stages the rows of the input. */
  readonly run: RunStore;
  readonly #database: Database;
  readonly #folder: string;

  private constructor(database: Database, folder: string) {
    this.#database = database;
    this.#folder = folder;
    this.run = new RunStore(database, folder);
  }

  /**
   * Creates `wantedFolder`, a folder in `folder`, with a suffix if it exists already, and opens a store in it. Throws a
   * RunError `output` if it can't be written.
   */
  static open(folder: string, wantedFolder: string): VerifyStore {
    const runFolder = makeRunFolder(wantedFolder);
    let database: Database | undefined;
    try {
      removeStaleWork(folder);
      database = Database.open(join(runFolder, VERIFY_FILE), "run", TRAITS);
      database.exec(`BEGIN; ${RUN_SCHEMA} ${VERIFY_SCHEMA} COMMIT`);
      return new VerifyStore(database, runFolder);
    } catch (error) {
      database?.close();
      clearRunFolder(runFolder);
      throw error;
    }
  }

  /** Collects the aliases of the staged rows, each once, and their domains. */
  collectAliases(): void {
    this.#database.transaction(() => {
      this.#database.exec(COLLECT_ALIASES);
      this.#database.exec(COLLECT_DOMAINS);
    });
  }

  /** Marks domains as internal. Ignores those without an alias of the input. */
  markInternal(domains: readonly { readonly key: string; readonly name: string }[]): void {
    const update = this.#database.statement("UPDATE run.domain SET name = ? WHERE key = ?");
    this.#database.transaction(() => {
      for (const { key, name } of domains) update.run([storable(name), storable(key)]);
    });
  }

  /** Yields the internal domains with expected aliases. Addresses may be added meanwhile. */
  *internalDomains(): Generator<DomainCount, void, undefined> {
    const next = this.#database.statement(
      "SELECT key, name, aliases FROM run.domain WHERE name IS NOT NULL AND key > ? ORDER BY key LIMIT 1",
    );
    for (let row = next.first([""]); row !== undefined; row = next.first([text(row, 0)])) {
      yield { name: text(row, 1), aliases: integer(row, 2) };
    }
  }

  /** Returns the domains that are not internal, those with the most aliases first. */
  externalDomains(max: number): { readonly domains: readonly DomainCount[]; readonly count: number } {
    const rows = this.#database.all(EXTERNAL_DOMAINS, [max]);
    const [first] = rows;
    return {
      domains: rows.map((row) => ({ name: text(row, 0), aliases: integer(row, 1) })),
      count: first === undefined ? 0 : integer(first, 2),
    };
  }

  /** Adds addresses that Mimecast lists. Returns how many of them are expected. */
  addListed(addresses: readonly SeenAddress[]): number {
    const pairs = addresses.map(({ key, alias }) => [storable(key), ALIAS_FLAGS[String(alias)] ?? UNMARKED]);
    return this.#database.transaction(() => this.#database.run(ADD_LISTED, [JSON.stringify(pairs)]));
  }

  /** Returns the current position in the listed addresses, for {@link rollbackTo}. */
  checkpoint(): number {
    return this.#database.number("SELECT max(rowid) FROM run.listed");
  }

  /** Removes the addresses that were added after the checkpoint. */
  rollbackTo(checkpoint: number): void {
    this.#database.run("DELETE FROM run.listed WHERE rowid > ?", [checkpoint]);
  }

  /** Compares. Call it after the last page. */
  compare(): void {
    this.#database.transaction(() => this.#database.exec(COMPARE));
  }

  /** Counts rows by status, without those that `--skip-domain` skips. */
  counts(): VerifyCounts {
    const rows = this.#database.all("SELECT found, count(*) FROM run.verified GROUP BY found");
    const counts = { alias: 0, primary: 0, absent: 0, "not-checkable": 0 };
    for (const row of rows) counts[toStatus(text(row, 0))] = integer(row, 1);
    return counts;
  }

  /** Counts aliases that the input gives to more than one primary. */
  ambiguousCount(): number {
    return this.#database.number("SELECT count(*) FROM run.expected WHERE several");
  }

  /** Counts expected addresses that Mimecast lists without an alias flag. */
  unmarkedCount(): number {
    return this.#database.number(`SELECT count(*) FROM run.found WHERE alias_flag = ${UNMARKED}`);
  }

  /** Yields the rows in input order, without skipped rows. */
  *rows(): Generator<readonly VerifiedRow[], void, undefined> {
    yield* queryBatches(
      this.#database,
      { columns: VERIFIED, from: "run.verified", filter: "" },
      asVerifiedRow,
    );
  }

  /** Closes the store and deletes its files; its folder too if it is then empty. */
  discard(): void {
    this.#database.close();
    clearRunFolder(this.#folder);
  }
}

const TRAITS: FileTraits = {
  kind: "verification",
  applicationId: RUN_APPLICATION_ID,
  recovery: "Delete it, and run the same command again.",
};

/** Values of `alias_flag`. If an address is listed more than once, the highest one counts. */
const UNMARKED = 0;
const ALIAS_FLAGS: Readonly<Record<string, number>> = { false: 1, true: 2 };

const COLLECT_ALIASES = `
  INSERT INTO run.expected
  SELECT alias_key, min(primary_key) <> max(primary_key) FROM run.row WHERE alias_key IS NOT NULL
  GROUP BY alias_key ORDER BY alias_key
`;

const COLLECT_DOMAINS = `
  INSERT INTO run.domain (key, aliases)
  SELECT substr(alias, instr(alias, '@') + 1) AS key, count(*) FROM run.expected GROUP BY key ORDER BY key
`;

const EXTERNAL_DOMAINS = `
  SELECT key, aliases, count(*) OVER () FROM run.domain WHERE name IS NULL ORDER BY aliases DESC, key LIMIT ?
`;

/** CROSS JOIN fixes the join order: otherwise SQLite may scan all of `expected` for each page. */
const ADD_LISTED = `
  INSERT INTO run.listed (alias, alias_flag)
  SELECT expected.alias, json_extract(page.value, '$[1]')
  FROM json_each(?) AS page CROSS JOIN run.expected ON expected.alias = json_extract(page.value, '$[0]')
`;

const COMPARE =
  "INSERT INTO run.found SELECT alias, max(alias_flag) FROM run.listed GROUP BY alias ORDER BY alias";

const VERIFIED = "file, line, alias_for, alias, found";

function asVerifiedRow(row: Row): VerifiedRow {
  return {
    file: integer(row, 0),
    line: integer(row, 1),
    aliasFor: text(row, 2),
    alias: text(row, 3),
    found: toStatus(text(row, 4)),
  };
}

function toStatus(status: string): VerifyStatus {
  if (isFound(status)) return status;
  throw new TypeError(`"${status}" is not one of ${FOUND.join(", ")}`);
}

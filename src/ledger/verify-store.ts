import { join } from "node:path";
import { FOUND, isFound, type VerifyCounts, type VerifyStatus } from "../domain/outcome.ts";
import { queryBatches } from "./batches.ts";
import { integer, type Row, storable, text } from "./cells.ts";
import { Database } from "./database.ts";
import { clearRunFolder, makeRunFolder, removeStaleWork, VERIFY_FILE } from "./run-folder.ts";
import { RunStore } from "./run-store.ts";
import { RUN_MARK, RUN_SCHEMA, VERIFY_SCHEMA } from "./schema.ts";

/** An address that Mimecast listed. */
export interface SeenAddress {
  /** In its compare form. */
  readonly key: string;
  /** Undefined where Mimecast does not say whether it is an alias. */
  readonly alias: boolean | undefined;
}

/** A domain of aliases that are looked for. */
export interface DomainCount {
  /** As Mimecast writes it. */
  readonly name: string;
  readonly aliases: number;
}

/** What was found of a row's alias. */
export interface VerifiedRow {
  /** Index of the input file, from 0. */
  readonly file: number;
  readonly line: number;
  readonly aliasFor: string;
  readonly alias: string;
  readonly found: VerifyStatus;
}

/**
 * The aliases of an input, compared with what Mimecast lists, on disk: neither of the two is ever in memory as a
 * whole. A file of its own in the run's folder, which is locked as long as the process lives, and removed in the
 * end; the next run or verification in the folder removes what a killed one left. The ledger is not touched.
 *
 * In this order: rows are staged in {@link run}, {@link collectAliases} gathers their aliases, domains and addresses are
 * told as they come, {@link compare} compares, and then counts and rows can be read.
 */
export class VerifyStore {
  /** For the rows as they are read. */
  readonly run: RunStore;
  readonly #database: Database;
  readonly #folder: string;

  private constructor(database: Database, folder: string) {
    this.#database = database;
    this.#folder = folder;
    this.run = new RunStore(database, folder);
  }

  /**
   * Makes `wantedFolder`, a folder in `folder`, with a suffix if it exists already, and begins in it. Throws a RunError
   * `output` where it can't be written.
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

  /** Gathers the aliases of the rows that were read, each once, and their domains. */
  collectAliases(): void {
    this.#database.transaction(() => {
      this.#database.exec(WANT_ALIASES);
      this.#database.exec(WANT_DOMAINS);
    });
  }

  /** These domains are internal; those that hold no alias of the input are of no interest. */
  markInternal(domains: readonly { readonly key: string; readonly name: string }[]): void {
    const mark = this.#database.statement("UPDATE run.domain SET name = ? WHERE key = ?");
    this.#database.transaction(() => {
      for (const { key, name } of domains) mark.run([storable(name), storable(key)]);
    });
  }

  /** Internal domains with aliases to be looked for. May be read while addresses are told. */
  *internalDomains(): Generator<DomainCount, void, undefined> {
    const next = this.#database.statement(
      "SELECT key, name, aliases FROM run.domain WHERE name IS NOT NULL AND key > ? ORDER BY key LIMIT 1",
    );
    for (let row = next.first([""]); row !== undefined; row = next.first([text(row, 0)])) {
      yield { name: text(row, 1), aliases: integer(row, 2) };
    }
  }

  /** Domains that Mimecast does not call internal, those with the most aliases first. */
  externalDomains(most: number): { readonly domains: readonly DomainCount[]; readonly count: number } {
    const rows = this.#database.all(EXTERNAL_DOMAINS, [most]);
    const [first] = rows;
    return {
      domains: rows.map((row) => ({ name: text(row, 0), aliases: integer(row, 1) })),
      count: first === undefined ? 0 : integer(first, 2),
    };
  }

  /** Mimecast lists these addresses. Returns how many of them are looked for. */
  addListed(addresses: readonly SeenAddress[]): number {
    const pairs = addresses.map(({ key, alias }) => [storable(key), MARKS[String(alias)] ?? MARK_UNSAID]);
    return this.#database.transaction(() => this.#database.run(ADD_LISTED, [JSON.stringify(pairs)]));
  }

  /** A place among the addresses told so far, for {@link rollbackTo}. */
  checkpoint(): number {
    return this.#database.number("SELECT max(rowid) FROM run.seen");
  }

  rollbackTo(mark: number): void {
    this.#database.run("DELETE FROM run.seen WHERE rowid > ?", [mark]);
  }

  /** Once all has been told. */
  compare(): void {
    this.#database.transaction(() => this.#database.exec(COMPARE));
  }

  /** Rows by what was found; those passed over by `--skip-domain` are in none. */
  counts(): VerifyCounts {
    const rows = this.#database.all("SELECT found, count(*) FROM run.verified GROUP BY found");
    const counts = { alias: 0, primary: 0, absent: 0, "not-checkable": 0 };
    for (const row of rows) counts[found(text(row, 0))] = integer(row, 1);
    return counts;
  }

  /** Aliases that the input gives to more than one primary. */
  ambiguousCount(): number {
    return this.#database.number("SELECT count(*) FROM run.wanted WHERE several");
  }

  /** Aliases that Mimecast lists without saying whether they are aliases. */
  unmarkedCount(): number {
    return this.#database.number(`SELECT count(*) FROM run.found WHERE mark = ${MARK_UNSAID}`);
  }

  /** In input order, without those passed over. */
  *rows(): Generator<readonly VerifiedRow[], void, undefined> {
    yield* queryBatches(
      this.#database,
      { columns: VERIFIED, from: "run.verified", filter: "" },
      asVerifiedRow,
    );
  }

  /** Removes all that this worked in; the folder too if nothing else is in it. */
  discard(): void {
    this.#database.close();
    clearRunFolder(this.#folder);
  }
}

const TRAITS = {
  kind: "verification",
  mark: RUN_MARK,
  ifDamaged: "Delete it, and run the same command again.",
} as const;

/** The higher one counts where an address is listed more than once. */
const MARK_UNSAID = 0;
const MARKS: Readonly<Record<string, number>> = { false: 1, true: 2 };

const WANT_ALIASES = `
  INSERT INTO run.wanted
  SELECT alias_key, min(primary_key) <> max(primary_key) FROM run.row WHERE alias_key IS NOT NULL
  GROUP BY alias_key ORDER BY alias_key
`;

const WANT_DOMAINS = `
  INSERT INTO run.domain (key, aliases)
  SELECT substr(alias, instr(alias, '@') + 1) AS key, count(*) FROM run.wanted GROUP BY key ORDER BY key
`;

const EXTERNAL_DOMAINS = `
  SELECT key, aliases, count(*) OVER () FROM run.domain WHERE name IS NULL ORDER BY aliases DESC, key LIMIT ?
`;

/** CROSS, or else SQLite may go through all that is wanted for each page. */
const ADD_LISTED = `
  INSERT INTO run.seen (alias, mark)
  SELECT wanted.alias, json_extract(listed.value, '$[1]')
  FROM json_each(?) AS listed CROSS JOIN run.wanted ON wanted.alias = json_extract(listed.value, '$[0]')
`;

const COMPARE = "INSERT INTO run.found SELECT alias, max(mark) FROM run.seen GROUP BY alias ORDER BY alias";

const VERIFIED = "file, line, alias_for, alias, found";

function asVerifiedRow(row: Row): VerifiedRow {
  return {
    file: integer(row, 0),
    line: integer(row, 1),
    aliasFor: text(row, 2),
    alias: text(row, 3),
    found: found(text(row, 4)),
  };
}

function found(word: string): VerifyStatus {
  if (isFound(word)) return word;
  throw new TypeError(`"${word}" is none of ${FOUND.join(", ")}`);
}

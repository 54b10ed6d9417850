import type { Clock } from "../domain/clock.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import { type Cell, storable } from "./cells.ts";
import type { Database, Statement } from "./database.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

/** A power cut may take what was recorded in the last second: half of it until the sync begins, half for the sync. */
const SYNC_INTERVAL_MS = 500;

/** How a row ended, as it is put on record. */
export interface RowOutcome {
  readonly seq: number;
  readonly ended: SentOutcome;
  readonly code?: string;
  readonly message?: string;
  readonly retryable: boolean;
  readonly attempts: number;
  readonly requestId?: string;
  readonly atEpochMs: number;
}

/**
 * Puts claims and outcomes on record while rows are being sent. What is written within one turn of the event
 * loop is committed together: with many lanes that is a tenth of the cost of a commit for each.
 *
 * The first write that fails is thrown by every call from then on: a run that can't keep its record must end.
 */
export class Journal {
  readonly #database: Database;
  readonly #insertClaims: Statement;
  readonly #insertOutcomes: Statement;
  #claims: Cell[][] = [];
  #outcomes: Cell[][] = [];
  #commit: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  readonly #log: WriteAheadLog;
  #isSynced = false;

  constructor(database: Database) {
    this.#database = database;
    this.#log = new WriteAheadLog(database, "run");
    this.#insertClaims = database.statement(INSERT_CLAIMS);
    this.#insertOutcomes = database.statement(INSERT_OUTCOMES);
  }

  /**
   * Records of each row that it is about to be sent for the `attempts`-th time; 0 takes the claim back, for a call
   * that was never executed. Resolves when all are on record: send only then.
   */
  claim(rows: Iterable<{ readonly seq: number; readonly attempts: number }>): Promise<void> {
    for (const { seq, attempts } of rows) this.#claims.push([seq, attempts]);
    return this.#committed();
  }

  /** Records how a row ended. Resolves when it is on record. */
  recordOutcome(ending: RowOutcome): Promise<void> {
    this.#outcomes.push([
      ending.seq,
      ending.ended,
      storableOrNull(ending.code),
      storableOrNull(ending.message),
      ending.retryable ? 1 : 0,
      ending.attempts,
      storableOrNull(ending.requestId),
      ending.atEpochMs,
    ]);
    return this.#committed();
  }

  /** Resolves when everything given so far is on record. Throws if anything ever was not. */
  flush(): Promise<void> {
    return this.#committed();
  }

  /** Resolves when everything on record is on the disk as well, safe from a power cut. Throws like {@link flush}. */
  async sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isSynced) return;
    // Before the sync: a commit during it may be missed.
    this.#isSynced = true;
    try {
      await this.#log.sync();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** Syncs twice a second until `over` aborts, off the event loop. Throws as soon as a sync fails. */
  async keepSynced(clock: Clock, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await clock.sleep(SYNC_INTERVAL_MS, over);
      await this.sync();
    }
  }

  /** To be called once all is recorded, and before the run is left or ended. */
  async close(): Promise<void> {
    await this.#log.close();
  }

  #committed(): Promise<void> {
    this.#commit ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#commit = undefined;
        try {
          this.#write();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.#commit;
  }

  #write(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    const claims = this.#claims;
    const outcomes = this.#outcomes;
    this.#claims = [];
    this.#outcomes = [];
    this.#isSynced = false;
    try {
      this.#database.transaction(() => {
        if (claims.length > 0) this.#insertClaims.run([JSON.stringify(claims)]);
        const taken = claims.filter(([, attempts]) => attempts === 0).map(([seq]) => seq);
        if (taken.length > 0) this.#database.run(DROP_CLAIMS, [JSON.stringify(taken)]);
        if (outcomes.length > 0) this.#insertOutcomes.run([JSON.stringify(outcomes)]);
      });
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}

function storableOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}

// "WHERE true" keeps SQLite from reading ON CONFLICT as a join condition. Later entries of one turn win.
const INSERT_CLAIMS = `
  INSERT INTO run.claim (seq, attempts)
  SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
  ON CONFLICT (seq) DO UPDATE SET attempts = excluded.attempts
`;

const DROP_CLAIMS = "DELETE FROM run.claim WHERE attempts = 0 AND seq IN (SELECT value FROM json_each(?))";

const INSERT_OUTCOMES = `
  INSERT INTO run.outcome (seq, ended, code, message, retryable, attempts, request_id, at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7
  FROM json_each(?)
`;

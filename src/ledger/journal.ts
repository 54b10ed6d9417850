import type { Clock } from "../domain/clock.ts";
import type { SentOutcome } from "../domain/outcome.ts";
import { type Cell, storable } from "./cells.ts";
import type { Database, Statement } from "./database.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

/** A power cut may lose what was recorded in the last second: half of it before the sync, half during the sync. */
const SYNC_INTERVAL_MS = 500;

/** The outcome of a row, as the journal records it. */
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
 * Records claims and outcomes while rows are being sent. All writes of one turn of the event loop share one commit: with
 * many lanes that is a tenth of the cost of a commit each.
 *
 * After a failed write, every later call throws the same error: a run that can't keep its journal must end.
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
   * Records that each row is about to make attempt number `attempts`; 0 withdraws the claim, because the call was never
   * executed. Resolves when all claims are committed. Do not send before.
   */
  claim(rows: Iterable<{ readonly seq: number; readonly attempts: number }>): Promise<void> {
    for (const { seq, attempts } of rows) this.#claims.push([seq, attempts]);
    return this.#committed();
  }

  /** Records the outcome of a row. Resolves when it is committed. */
  recordOutcome(outcome: RowOutcome): Promise<void> {
    this.#outcomes.push([
      outcome.seq,
      outcome.ended,
      storableOrNull(outcome.code),
      storableOrNull(outcome.message),
      outcome.retryable ? 1 : 0,
      outcome.attempts,
      storableOrNull(outcome.requestId),
      outcome.atEpochMs,
    ]);
    return this.#committed();
  }

  /** Resolves when all earlier writes are committed. Throws if any write ever failed. */
  flush(): Promise<void> {
    return this.#committed();
  }

  /** Resolves when all committed writes are on the disk, safe from a power cut. Throws like {@link flush}. */
  async sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#isSynced) return;
    // Set before the sync, because the sync may not include a commit during it.
    this.#isSynced = true;
    try {
      await this.#log.sync();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** Syncs twice a second until `done` aborts, off the event loop. Throws as soon as a sync fails. */
  async keepSynced(clock: Clock, done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await clock.sleep(SYNC_INTERVAL_MS, done);
      await this.sync();
    }
  }

  /** Closes the journal. Call it after the last write, and before the run is left or ended. */
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
        const withdrawn = claims.filter(([, attempts]) => attempts === 0).map(([seq]) => seq);
        if (withdrawn.length > 0) this.#database.run(DROP_CLAIMS, [JSON.stringify(withdrawn)]);
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

// Without "WHERE true" SQLite parses ON CONFLICT as a join condition. The last entry of a turn wins.
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

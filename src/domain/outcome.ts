/** The ways in which a row can end. Every row of a run has exactly one outcome. */
export const OUTCOMES = [
  "applied",
  "unchanged",
  "duplicate",
  "skipped",
  "invalid",
  "conflict",
  "failed",
  "unknown",
  "not-sent",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** An outcome that a plan gives a row without sending it. */
export type PlannedOutcome = Extract<Outcome, "unchanged" | "duplicate" | "skipped" | "invalid" | "conflict">;

/** An outcome of sending a row. A row without one of these was not sent. */
export type SentOutcome = Extract<Outcome, "applied" | "failed" | "unknown">;

function isOutcome(word: string): word is Outcome {
  return OUTCOMES.some((outcome) => outcome === word);
}

/** Returns the outcome that a stored word names. Throws if it is not an outcome. */
export function outcomeOf(word: string): Outcome {
  if (!isOutcome(word)) throw new TypeError(`"${word}" is not an outcome`);
  return word;
}

/** Returns the outcome of sending that a stored word names. Throws if it is not one. */
export function sentOutcomeOf(word: string): SentOutcome {
  if (word === "applied" || word === "failed" || word === "unknown") return word;
  throw new TypeError(`"${word}" is not an outcome of sending`);
}

export type OutcomeCounts = Readonly<Record<Outcome, number>>;

export const NO_OUTCOMES: OutcomeCounts = {
  applied: 0,
  unchanged: 0,
  duplicate: 0,
  skipped: 0,
  invalid: 0,
  conflict: 0,
  failed: 0,
  unknown: 0,
  "not-sent": 0,
};

/** The results of verifying a row's alias. The words are in `verify.csv`; scripts rely on them. */
export const FOUND = ["alias", "primary", "absent", "not-checkable"] as const;

/**
 * The result of verifying a row's alias. `alias`: present, and marked as an alias · `primary`: present, and marked as
 * not an alias · `absent`: not in the complete list of its domain's addresses · `not-checkable`: the domain is not
 * internal, Mimecast omits the mark, or the row does not have a valid alias.
 */
export type VerifyStatus = (typeof FOUND)[number];

export type VerifyCounts = Readonly<Record<VerifyStatus, number>>;

/** Returns whether a stored word names a result of verifying. */
export function isFound(word: string): word is VerifyStatus {
  return FOUND.some((found) => found === word);
}

/** How a row ended. Every row of a run has exactly one. */
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

/** Outcomes that a plan gives a row without sending it. */
export type PlannedOutcome = Extract<Outcome, "unchanged" | "duplicate" | "skipped" | "invalid" | "conflict">;

/** Outcomes that sending gives a row. A row without one of them was not sent. */
export type SentOutcome = Extract<Outcome, "applied" | "failed" | "unknown">;

function isOutcome(word: string): word is Outcome {
  return OUTCOMES.some((outcome) => outcome === word);
}

/** The outcome that a word from our own record names. Throws where it names none. */
export function outcomeOf(word: string): Outcome {
  if (!isOutcome(word)) throw new TypeError(`"${word}" is no outcome`);
  return word;
}

/** As {@link outcomeOf}, of a row that was sent. */
export function sentOutcomeOf(word: string): SentOutcome {
  if (word === "applied" || word === "failed" || word === "unknown") return word;
  throw new TypeError(`"${word}" is no outcome of sending`);
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

/** What verification found of a row's alias. The words are in `verify.csv`; scripts rely on them. */
export const FOUND = ["alias", "primary", "absent", "not-checkable"] as const;

/**
 * `alias`: present, and marked as an alias · `primary`: present, and marked as none · `absent`: not in the list of
 * its domain's addresses, which was read whole · `not-checkable`: the domain is not internal, Mimecast does not say
 * which of the two it is, or the row has no alias that could be looked for.
 */
export type VerifyStatus = (typeof FOUND)[number];

export type VerifyCounts = Readonly<Record<VerifyStatus, number>>;

export function isFound(word: string): word is VerifyStatus {
  return FOUND.some((found) => found === word);
}

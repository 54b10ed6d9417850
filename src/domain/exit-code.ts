import type { OutcomeCounts, VerifyCounts } from "./outcome.ts";
import type { RunErrorKind } from "./run-error.ts";

/** The exit codes of the process. Scripts rely on the numbers. */
export const EXIT = {
  ok: 0,
  rowsFailed: 1,
  maxFailures: 2,
  stoppedEarly: 3,
  usage: 64,
  input: 65,
  inputNotFound: 66,
  unreachable: 69,
  fault: 70,
  output: 73,
  locked: 75,
  refused: 77,
  settings: 78,
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const ERROR_EXITS: Readonly<Record<RunErrorKind, ExitCode>> = {
  usage: EXIT.usage,
  settings: EXIT.settings,
  input: EXIT.input,
  "input-not-found": EXIT.inputNotFound,
  locked: EXIT.locked,
  output: EXIT.output,
  incomplete: EXIT.rowsFailed,
  refused: EXIT.refused,
  unreachable: EXIT.unreachable,
};

/** Returns the exit code of a run that ends with a RunError. */
export function exitCodeForError(kind: RunErrorKind): ExitCode {
  return ERROR_EXITS[kind];
}

/** If several reasons apply, the first one in this order gives the exit code. */
const STOP_ORDER: readonly StopReason["kind"][] = [
  "refused",
  "unreachable",
  "signal",
  "max-failures",
  "deadline",
  "limit",
];

/**
 * Returns the reasons that really stopped something, in their order. A deadline or a limit that was reached while the
 * last calls were in flight, and after which nothing was left to do, did not.
 */
export function effectiveStops(stops: readonly StopReason[], counts: OutcomeCounts): StopReason[] {
  const isLeft = counts["not-sent"] + counts.unknown + counts.failed > 0;
  return stops.filter(({ kind }) => isLeft || (kind !== "deadline" && kind !== "limit"));
}

/** Returns the exit code of a run that ended by itself or was stopped for these {@link effectiveStops}. */
export function exitCodeForRun(stops: readonly StopReason[], counts: OutcomeCounts): ExitCode {
  const first = STOP_ORDER.flatMap((kind) => stops.filter((shutdown) => shutdown.kind === kind)).at(0);
  if (first !== undefined) return exitCodeForStop(first);
  const left = counts.invalid + counts.conflict + counts.failed + counts.unknown;
  return left > 0 ? EXIT.rowsFailed : EXIT.ok;
}

/** Returns the exit code of `--dry-run`. */
export function exitCodeForPlan(counts: OutcomeCounts): ExitCode {
  return counts.invalid + counts.conflict > 0 ? EXIT.rowsFailed : EXIT.ok;
}

/** Returns the exit code of a complete verification. */
export function exitCodeForVerify(counts: VerifyCounts): ExitCode {
  return counts.primary + counts.absent + counts["not-checkable"] > 0 ? EXIT.rowsFailed : EXIT.ok;
}

function exitCodeForStop(shutdown: StopReason): ExitCode {
  switch (shutdown.kind) {
    case "refused":
      return EXIT.refused;
    case "unreachable":
      return EXIT.unreachable;
    case "signal":
      return EXIT[shutdown.signal];
    case "max-failures":
      return EXIT.maxFailures;
    case "deadline":
    case "limit":
      return EXIT.stoppedEarly;
  }
}

/** A reason for which sending ended before every row was sent. */
export type StopReason =
  | { readonly kind: "signal"; readonly signal: StopSignal; readonly message: string }
  | {
      readonly kind: "max-failures" | "deadline" | "limit" | "refused" | "unreachable";
      readonly message: string;
    };

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

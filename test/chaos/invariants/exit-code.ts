import type { LeftFolder, LeftSummary, Result } from "../left-folder.ts";
import { hasDied, type RunSeen, wasDone, wasStarved } from "../run-seen.ts";

/** The order in which reasons to stop count, and what each is to end with. */
const STOPS: Readonly<Record<string, number>> = {
  refused: 77,
  unreachable: 69,
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
  "max-failures": 2,
  deadline: 3,
  limit: 3,
};

/** Whether the process ended as its results say, and for no other reason than it was given. */
export function exitFaults(run: RunSeen, own: LeftFolder | undefined): string[] {
  const { end } = run;
  if (end.isHung) return ["it did not end by itself"];
  if (hasDied(run)) return deathFaults(run);
  if (end.code === 73) return wasStarved(run) ? [] : ["it ended with 73, though there was room"];
  if (end.code === 75) {
    const isRival = wasDone(run, "rival");
    return isRival && run.wire.calls === 0 ? [] : ["it ended with 75, though nothing else held the ledger"];
  }
  const summary = own?.summary;
  if (own?.results === undefined || summary === undefined) return stoppedEarlyFaults(run);
  const { code } = end;
  return [
    ...(code !== summary.exitCode
      ? [`it ended with ${code}, and summary.json says ${summary.exitCode}`]
      : []),
    ...(code !== codeOf(summary, own.results)
      ? [`it ended with ${code}, but the results say ${codeOf(summary, own.results)}`]
      : []),
    ...summary.stopReasons.flatMap((shutdown) => unfoundedStop(run, shutdown, own.results ?? [])),
    ...ignoredSignal(run, summary, own.results),
  ];
}

/** By SPEC's list: the first that applies. */
function codeOf({ stopReasons }: LeftSummary, results: readonly Result[]): number {
  const named = stopReasons.map(({ kind, signal }) => signal ?? kind);
  const first = Object.keys(STOPS).find((name) => named.includes(name));
  const code = first === undefined ? undefined : STOPS[first];
  if (code !== undefined) return code;
  const isUnwell = results.some(({ outcome }) =>
    ["invalid", "conflict", "failed", "unknown"].includes(outcome),
  );
  return isUnwell ? 1 : 0;
}

function deathFaults({ done, end }: RunSeen): string[] {
  const isOurs = done.some(
    (what) =>
      (what.kind === "kill" && end.signal === "SIGKILL") ||
      (what.kind === "signal" && what.signal === end.signal),
  );
  return isOurs ? [] : [`it died of ${end.signal}`];
}

/** A run that left no files was stopped before anything was sent. */
function stoppedEarlyFaults(run: RunSeen): string[] {
  const { done, end, step, wire } = run;
  const isSignalled = done.some((what) => what.kind === "signal" && end.code === STOPS[what.signal]);
  const told = `it ended with ${end.code} and left no files`;
  const isTooLate = step.options.deadline !== undefined && end.code === STOPS["deadline"];
  return (isSignalled || isTooLate) && wire.calls === 0 ? [] : [told];
}

function unfoundedStop(
  run: RunSeen,
  shutdown: LeftSummary["stopReasons"][number],
  results: readonly Result[],
): string[] {
  const { done, step } = run;
  const { deadline, limit, maxFailures } = step.options;
  const isLeft = results.some(
    ({ outcome }) => outcome === "not-sent" || outcome === "unknown" || outcome === "failed",
  );
  const isFounded = (): boolean => {
    switch (shutdown.kind) {
      case "signal":
        return done.some((what) => what.kind === "signal" && what.signal === shutdown.signal);
      case "limit":
        return limit !== undefined && isLeft;
      case "deadline":
        return deadline !== undefined && isLeft;
      case "max-failures":
        return maxFailures !== undefined && results.some(({ outcome }) => outcome === "failed");
      default:
        // The account is refused, or nothing gets through, only where that was arranged. Others may take all there is.
        return (
          step.weather.faults.length > 0 ||
          step.weather.others !== undefined ||
          wasDone(run, "faults", "restart", "latency")
        );
    }
  };
  return isFounded()
    ? []
    : [`it stopped by ${shutdown.signal ?? shutdown.kind}, for which there was no reason`];
}

/** A signal that came in time is what ended the run. */
function ignoredSignal({ done }: RunSeen, summary: LeftSummary, results: readonly Result[]): string[] {
  const wasSent = done.some(({ kind }) => kind === "signal");
  const isUnfinished = results.some(({ outcome }) => outcome === "not-sent");
  return wasSent && isUnfinished && summary.stopReasons.length === 0
    ? ["it ended in the middle, for no reason"]
    : [];
}

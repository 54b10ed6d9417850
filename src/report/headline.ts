import { EXIT } from "../domain/exit-code.ts";
import { formatCount, pluralize } from "../domain/format.ts";
import type { Summary } from "./summary.ts";

/** The result of a run in one sentence, with its tone. */
export interface Headline {
  readonly tone: "good" | "mixed" | "bad";
  readonly sentence: string;
}

/** Returns the headline for a run: killed, stopped early, finished with problems, or successful. */
export function headlineOf(summary: Summary): Headline {
  const { outcomes, rows, state } = summary;
  const toSee = outcomes.invalid + outcomes.conflict + outcomes.failed + outcomes.unknown;
  if (state === "killed") {
    return {
      tone: "bad",
      sentence: `The run was killed: Mimecast had accepted ${formatCount(outcomes.applied)} of ${pluralize(rows, "row")}, and ${leftWords(outcomes["not-sent"] + outcomes.unknown)}.`,
    };
  }
  const [shutdown] = summary.stopReasons;
  if (shutdown !== undefined) {
    const isBad = summary.exitCode !== EXIT.stoppedEarly;
    return {
      tone: isBad ? "bad" : "mixed",
      sentence: `${STOPPED[shutdown.kind]}: ${formatCount(outcomes.applied)} of ${pluralize(rows, "row")} applied, ${formatCount(outcomes["not-sent"])} not sent${toSee > 0 ? `, ${formatCount(toSee)} to look at` : ""}.`,
    };
  }
  if (toSee > 0) {
    return {
      tone: "mixed",
      sentence: `Finished, and ${formatCount(toSee)} of ${pluralize(rows, "row")} ${toSee === 1 ? "needs" : "need"} a look: ${problemWords(summary)}.`,
    };
  }
  return { tone: "good", sentence: successWords(summary) };
}

const STOPPED: Readonly<Record<Summary["stopReasons"][number]["kind"], string>> = {
  signal: "Stopped by a signal",
  "max-failures": "Stopped after too many failures",
  deadline: "Stopped at the deadline",
  limit: "Stopped at the limit",
  refused: "Stopped because Mimecast refuses the account",
  unreachable: "Stopped because no call reaches Mimecast",
};

function leftWords(left: number): string {
  if (left === 0) return "none is left to send";
  return left === 1 ? "1 must be sent again" : `${formatCount(left)} must be sent again`;
}

function problemWords({ outcomes }: Summary): string {
  return (["failed", "unknown", "conflict", "invalid"] as const)
    .filter((outcome) => outcomes[outcome] > 0)
    .map((outcome) => `${formatCount(outcomes[outcome])} ${outcome === "conflict" ? "in conflict" : outcome}`)
    .join(", ");
}

function successWords({ outcomes, rows }: Summary): string {
  const accepted = outcomes.applied + outcomes.unchanged;
  if (rows === 0) return "The input had no rows.";
  const others = rows - accepted;
  const when =
    outcomes.unchanged === 0
      ? ""
      : outcomes.applied === 0
        ? ", all of them in earlier runs"
        : `, ${formatCount(outcomes.applied)} now and ${formatCount(outcomes.unchanged)} in earlier runs`;
  if (others === 0)
    return `Mimecast accepted ${rows === 1 ? "the one row" : `all ${formatCount(rows)} rows`}${when}.`;
  return `Mimecast accepted all ${pluralize(accepted, "row")} to be sent${when}; ${formatCount(others)} ${others === 1 ? "was" : "were"} skipped.`;
}

import type { OpenInput } from "../csv/open-input.ts";
import { formatCount, formatDuration, pluralize } from "../domain/format.ts";
import { OUTCOMES } from "../domain/outcome.ts";
import { estimateEta } from "../engine/eta.ts";
import type { Plan } from "../import-aliases/import-job.ts";
import type { PlannedProblem } from "../read-input/read-inputs.ts";
import type { InputStats } from "../read-input/stage-input.ts";
import type { Console } from "./console.ts";
import { progressLine } from "./progress-line.ts";

/** Settings that the lines about a plan need. */
export interface PlanView {
  readonly deadlineEpochMs: number | undefined;
  readonly quotaReservePercent: number;
  readonly rowsPerRequest: number;
  readonly concurrency: number;
  readonly maxRatePerSecond: number | undefined;
  readonly nowEpochMs: () => number;
}

/** Recorded once on one account. Used, and reported as assumed, until this account's own quota is known. */
const ASSUMED_QUOTA = { calls: 800, windowMs: 5_000 };
/** Middle of the recorded latencies, 170 to 430 ms. Used, and reported as assumed, until this account's is known. */
const ASSUMED_LATENCY_MS = 300;
const DOMAINS_SHOWN = 5;

/** Returns the lines that describe a plan before anything is sent. */
export function planLines(plan: Plan, view: PlanView): string[] {
  const outcomes = OUTCOMES.filter((outcome) => plan.outcomes[outcome] > 0).map(
    (outcome) => `${formatCount(plan.outcomes[outcome])} ${outcome}`,
  );
  return [
    `Plan for ${pluralize(plan.rows, "row")}: ${[`${formatCount(plan.send)} to send`, ...outcomes].join(", ")}`,
    ...noteLines(plan.notes),
    ...domainLines(plan),
    ...plan.firstToSend.map(({ alias, aliasFor }) => `  ${alias} will belong to ${aliasFor}`),
    ...plan.firstProblems.map(problemLine),
    ...moreProblemsLine(plan),
    ...(plan.send > 0 ? timeLines(plan, view) : []),
  ];
}

/** Returns the lines about input that is not a row, or was corrected. */
export function noteLines(notes: InputStats): string[] {
  const { cleanedCount, blankLineCount, withoutAliasCount, ignoredAddressCount, warnings } = notes;
  const { ownAddressCount, unevenCount } = notes;
  return [
    ...warnings.map((warning) => `  ${warning}`),
    ...(withoutAliasCount > 0 ? [`  ${pluralize(withoutAliasCount, "record")} without alias`] : []),
    ...(ignoredAddressCount > 0
      ? [
          `  ${pluralize(ignoredAddressCount, "entry of another kind", "entries of other kinds")} (x500, sip, …) skipped`,
        ]
      : []),
    ...(ownAddressCount > 0
      ? [`  ${pluralize(ownAddressCount, "entry", "entries")} of lists skipped: aliasFor itself`]
      : []),
    ...(unevenCount > 0
      ? [`  ${pluralize(unevenCount, "record")} with missing or extra empty cells at the end, read anyway`]
      : []),
    ...(cleanedCount > 0
      ? [`  invisible characters or white space removed in ${pluralize(cleanedCount, "row")}`]
      : []),
    ...(blankLineCount > 0 ? [`  ${pluralize(blankLineCount, "blank line")} skipped`] : []),
  ];
}

function domainLines(plan: Plan): string[] {
  if (plan.domains.length === 0) return [];
  const shown = plan.domains
    .slice(0, DOMAINS_SHOWN)
    .map(({ domain, rows }) => `${domain} ${formatCount(rows)}`);
  const more = plan.domainCount - shown.length;
  const others = more > 0 ? `, and ${pluralize(more, "more domain")}` : "";
  return [`  to send by domain: ${shown.join(", ")}${others}`];
}

/** Formats a row that needs attention, with the reason. */
export function problemLine({ input, line, plan, code, message }: PlannedProblem): string {
  const place = input === undefined ? `line ${line}` : `${input}, line ${line}`;
  return `  ${place}: ${plan}, ${code}: ${message}`;
}

function moreProblemsLine(plan: Plan): string[] {
  const more = plan.outcomes.invalid + plan.outcomes.conflict - plan.firstProblems.length;
  return more > 0 ? [`  and ${pluralize(more, "more problem")}`] : [];
}

function timeLines(plan: Plan, view: PlanView): string[] {
  const calls = Math.ceil(plan.send / view.rowsPerRequest);
  const { quota: seenQuota, latencyMs: seenLatencyMs } = plan.observedRate;
  const quota = seenQuota ?? ASSUMED_QUOTA;
  const latencyMs = seenLatencyMs ?? ASSUMED_LATENCY_MS;
  const perWindow = Math.max(1, Math.floor((quota.calls * (100 - view.quotaReservePercent)) / 100));
  const { concurrency: lanes, maxRatePerSecond } = view;
  const needed = estimateEta(calls, {
    quota: { perWindow, windowMs: quota.windowMs, left: perWindow },
    lanes,
    latencyMs,
    maxRatePerSecond,
  });
  const within = `${seenQuota === undefined ? "an assumed quota of" : "the quota last seen,"} ${formatCount(quota.calls)} calls in ${formatDuration(quota.windowMs)} less ${view.quotaReservePercent} %`;
  const inFlight = `${pluralize(lanes, "call")} in flight at ${seenLatencyMs === undefined ? "an assumed" : "the usual"} ${formatDuration(latencyMs)} each`;
  const limit = {
    quota: `bound by ${within}`,
    latency: `bound by ${inFlight}, within ${within}`,
    "max-rate": `bound by --max-rate ${maxRatePerSecond}, within ${within}`,
  }[needed.limitedBy];
  const rowsEach = view.rowsPerRequest === 1 ? "" : ` of up to ${view.rowsPerRequest} rows`;
  const lines = [
    `  ${pluralize(calls, "call")}${rowsEach}, about ${formatDuration(needed.ms)} without retries: ${limit}`,
  ];
  if (view.deadlineEpochMs === undefined) return lines;
  const endsMs = view.nowEpochMs() + needed.ms;
  const answer =
    endsMs <= view.deadlineEpochMs ? "can be met" : "can NOT be met; the next run sends the remaining rows";
  return [...lines, `  deadline ${new Date(view.deadlineEpochMs).toISOString()}: ${answer}`];
}

/** Limits the list: Exchange exports some hundred columns. */
const NAMES_SHOWN = 20;

/** Prints the columns used of each input, and shows the progress of reading. */
export function showReading(console: Console, inputs: readonly OpenInput[], notes: InputStats): void {
  for (const input of inputs) {
    const named = (indexes: readonly number[]): string => namedColumns(input, indexes);
    const { aliasFor, aliases } = input.columns;
    const text = `${input.encoding()}, cells separated by ${delimiterWords(input.delimiter)}`;
    console.info(
      `Reading ${input.name}: aliasFor from ${named([aliasFor])}, alias from ${named(aliases)} (${text})`,
    );
    const { unreadColumns } = input;
    if (unreadColumns.length > 0)
      console.info(`  not read, although they contain addresses: ${named(unreadColumns)}`);
  }
  const total = inputs.reduce((sum, input) => sum + (input.bytesTotal ?? 0), 0);
  if (total === 0) return;
  const parts = [{ text: "reading", weight: 1 }];
  console.progress?.begin((columns) => progressLine(notes.bytesRead, total, parts, columns));
}

/** Names columns by header, by position in a table without one, and by both if a header occurs twice. */
function namedColumns({ header }: OpenInput, indexes: readonly number[]): string {
  const names = indexes.map((index) => {
    const name = header?.[index];
    if (name === undefined) return `column ${index + 1}`;
    return header?.indexOf(name) === header?.lastIndexOf(name)
      ? `"${name}"`
      : `"${name}" (column ${index + 1})`;
  });
  const more = names.length - NAMES_SHOWN;
  if (more > 0) return `${names.slice(0, NAMES_SHOWN).join(", ")} and ${more} more`;
  const last = names.pop() ?? "";
  return names.length === 0 ? last : `${names.join(", ")} and ${last}`;
}

function delimiterWords(delimiter: string): string {
  return DELIMITER_WORDS[delimiter] ?? `'${delimiter}'`;
}

const DELIMITER_WORDS: Readonly<Record<string, string>> = { ",": "commas", ";": "semicolons", "\t": "tabs" };

import { type ExpectedRow, pairsOf } from "../expected-rows.ts";
import type { LeftFolder, Result } from "../left-folder.ts";
import type { FoundRecord } from "../records.ts";
import type { RunSeen } from "../run-seen.ts";

/** What must hold for the files of a run, once it has them: at its own end, or written by a later run. */
export function resultFaults(run: RunSeen, left: LeftFolder): string[] {
  const { results } = left;
  if (results === undefined) return [`${left.name} has no results.csv`];
  if (results.length !== run.rows.length) {
    return [`${run.rows.length} rows were read, and results.csv has ${results.length}`];
  }
  const pairs = run.rows.flatMap((row, index) => {
    const result = results[index];
    return result === undefined ? [] : [{ row, result }];
  });
  return [
    ...pairs.flatMap(({ row, result }) => rowFaults(run, row, result)),
    ...leftOverFaults(run, left, pairs),
    ...summaryFaults(run, left, results),
  ];
}

const SENT: readonly string[] = ["applied", "failed", "unknown"];

function rowFaults(run: RunSeen, row: ExpectedRow, result: Result): string[] {
  const { step } = run;
  const { aliasKey, plan } = row;
  const { attempts, outcome } = result;
  const wasSet = run.received.some(({ alias }) => alias.toLowerCase() === aliasKey);
  const onRecord = run.after.unfinished.get(run.folder ?? "")?.ended.get(aliasKey);
  const isSent = SENT.includes(outcome);
  const told = `line ${row.line}, ${row.alias}: ${outcome} ${result.code}`;
  const faults: (string | false)[] = [
    (result.line !== row.line || result.alias !== row.alias || result.aliasFor !== row.aliasFor) &&
      "another row was expected here",
    plan === "send"
      ? !isSent && outcome !== "not-sent" && "it was to be sent"
      : outcome !== plan && `not ${plan}`,
    plan === "send" && outcome === "applied" && !wasSet && "the simulator knows nothing of it",
    plan === "send" && wasSet && !isSent && "the simulator has set it",
    plan === "send" && onRecord !== undefined && onRecord !== outcome && `it was on record as ${onRecord}`,
    plan === "send" &&
      wasSet &&
      outcome === "failed" &&
      !/may be in place/.test(result.message) &&
      "it does not say that the alias may be in place",
    attempts > step.options.maxAttempts && `${attempts} attempts`,
    isSent && attempts < 1 && "it was sent without an attempt",
    isSent && outcome !== "applied" && result.code === "" && "it has no code",
  ];
  return faults.filter((fault) => fault !== false).map((fault) => `${told}: ${fault}`);
}

interface EndedRow {
  readonly row: ExpectedRow;
  readonly result: Result;
}

/** What is left of the input is exactly in failed.csv and remaining.csv, to be imported as it is. */
function leftOverFaults(run: RunSeen, left: LeftFolder, ended: readonly EndedRow[]): string[] {
  const toMend = ended.filter(({ result }) => isToMend(result));
  const toRunAgain = ended.filter(({ result }) => isToRunAgain(result));
  const reasons = left.failedReasons?.slice(1) ?? [];
  const isToldWhy = toMend.every(({ result }, index) => reasons[index]?.cells.includes(result.code) === true);
  return [
    ...sameRecords("failed.csv", left.failed, run.header, toMend),
    ...sameRecords("remaining.csv", left.remaining, run.header, toRunAgain),
    ...(reasons.length !== toMend.length || !isToldWhy ? ["failed-reasons.csv is not about failed.csv"] : []),
  ];
}

function isToMend({ outcome, retryable }: Result): boolean {
  return outcome === "invalid" || outcome === "conflict" || (outcome === "failed" && retryable === "false");
}

function isToRunAgain({ outcome, retryable }: Result): boolean {
  return outcome === "not-sent" || outcome === "unknown" || (outcome === "failed" && retryable === "true");
}

function sameRecords(
  name: string,
  found: readonly FoundRecord[] | undefined,
  header: string,
  ended: readonly EndedRow[],
): string[] {
  const wanted = ended.length === 0 ? [] : [header, ...ended.map(({ row }) => shown(row))];
  const [foundHeader, ...records] = found ?? [];
  const rows = foundHeader === undefined ? [] : [foundHeader.raw, ...records.flatMap(pairsOf).map(shown)];
  if (rows.join("\n") === wanted.join("\n")) return [];
  const odd = wanted.findIndex((row, index) => row !== rows[index]);
  return [
    `${name} has ${rows.length} lines, and ${wanted.length} were expected; number ${odd}: ${wanted[odd]}`,
  ];
}

function shown({ alias, aliasFor, rest }: Pick<ExpectedRow, "alias" | "aliasFor" | "rest">): string {
  return [aliasFor, alias, rest].join();
}

function summaryFaults(run: RunSeen, left: LeftFolder, results: readonly Result[]): string[] {
  const { summary } = left;
  if (summary === undefined) return [`${left.name} has no summary.json`];
  const counts = new Map<string, number>();
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const unwell = (counts.get("failed") ?? 0) + (counts.get("unknown") ?? 0);
  const sumOf = (lines: readonly { readonly new: number; readonly repeated: number }[]): number =>
    lines.reduce((sum, line) => sum + line.new + line.repeated, 0);
  const faults: (string | false)[] = [
    summary.run !== left.name && `it is about ${summary.run}`,
    summary.rows !== results.length && `rows: ${summary.rows}`,
    Object.entries(summary.outcomes).some(([outcome, count]) => (counts.get(outcome) ?? 0) !== count) &&
      "its outcomes are not those of results.csv",
    sumOf(summary.failures.byCode) !== unwell && "its failures by code do not add up",
    sumOf(summary.failures.byDomain) !== unwell && "its failures by domain do not add up",
    summary.inputs.map(({ sha256 }) => sha256).join() !== run.inputs.join() && "its inputs are others",
    (summary.exitCode === null) !== (summary.state === "killed") &&
      `${summary.state} with ${summary.exitCode}`,
    summary.state !== "killed" &&
      summary.stopReasons.length > 0 !== (summary.state === "stopped") &&
      `${summary.state}, with ${summary.stopReasons.length} reasons to stop`,
  ];
  return faults.filter((fault) => fault !== false).map((fault) => `summary.json: ${fault}`);
}

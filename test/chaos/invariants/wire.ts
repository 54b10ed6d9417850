import type { RunSeen } from "../run-seen.ts";

/** What must hold for the calls of any run, however it ended. */
export function wireFaults(run: RunSeen): string[] {
  return [...sentAgain(run), ...sentUnclaimed(run), ...crowded(run), ...sentUnasked(run)];
}

/** A row that was on record as applied is not sent by a later run. */
function sentAgain({ rows, wire }: RunSeen): string[] {
  return rows
    .filter(({ aliasKey, plan }) => plan === "unchanged" && wire.aliases.has(aliasKey))
    .map(({ alias, line }) => `line ${line}, ${alias}, was sent again, though it was on record as applied`);
}

/** A row is on record as claimed before it is sent: a run that died has claims for all that arrived. */
function sentUnclaimed({ after, folder, received }: RunSeen): string[] {
  if (received.length > 0 && folder === undefined) return ["rows were sent, but the run has no folder"];
  const left = after.unfinished.get(folder ?? "");
  if (left === undefined) return [];
  return received
    .filter(({ alias }) => !left.claimed.has(alias.toLowerCase()))
    .map(({ alias }) => `${alias} was sent without a claim on record`);
}

function crowded({ step, wire }: RunSeen): string[] {
  const { concurrency, limit = Number.POSITIVE_INFINITY } = step.options;
  return [
    ...wire.overlaps.map((primaries) => `two rows of one primary were in flight: ${primaries}`),
    ...(wire.mostInFlight > concurrency
      ? [`${wire.mostInFlight} calls were in flight, with --concurrency ${concurrency}`]
      : []),
    ...(wire.aliases.size > limit ? [`${wire.aliases.size} rows were sent, with --limit ${limit}`] : []),
  ];
}

/** Nothing is sent that was not to be sent, nor for another primary. */
function sentUnasked({ received, rows, wire }: RunSeen): string[] {
  const toSend = new Map(
    rows.filter(({ plan }) => plan === "send").map((row) => [row.aliasKey, row.primaryKey]),
  );
  return [
    ...[...wire.aliases]
      .filter((alias) => !toSend.has(alias))
      .map((alias) => `${alias} was sent, though it was not to be`),
    ...received
      .filter(({ alias, aliasFor }) => toSend.get(alias.toLowerCase()) !== aliasFor.toLowerCase())
      .map(({ alias, aliasFor }) => `${alias} was set for ${aliasFor}`),
  ];
}

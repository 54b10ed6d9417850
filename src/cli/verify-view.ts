import type { OpenInput } from "../csv/open-input.ts";
import type { Failure } from "../domain/failure.ts";
import { formatCount, formatDuration, pluralize } from "../domain/format.ts";
import type { LongWait } from "../domain/long-wait.ts";
import { FOUND } from "../domain/outcome.ts";
import type { InputStats } from "../read-input/stage-input.ts";
import type { Verified, VerifyProgress, VerifyView } from "../verify-aliases/verify-job.ts";
import type { Console } from "./console.ts";
import { noteLines, problemLine, showReading } from "./plan-text.ts";
import { progressLine } from "./progress-line.ts";
import { logWait } from "./wait-line.ts";

/** Interval of progress records where standard error is not a terminal. */
const PROGRESS_LINE_MS = 10_000;

/** View of a verification on standard error: a bar and sentences on a terminal, log records elsewhere. */
export class ConsoleVerifyView implements VerifyView {
  readonly #console: Console;
  #ticker: NodeJS.Timeout | undefined;

  constructor(console: Console) {
    this.#console = console;
  }

  runBegan(run: string): void {
    this.#console.setRun(run);
  }

  reading(inputs: readonly OpenInput[], notes: InputStats): void {
    showReading(this.#console, inputs, notes);
  }

  read({ rows, invalid, skipped, notes, firstInvalid }: Parameters<VerifyView["read"]>[0]): void {
    this.#console.progress?.end();
    const skippedText = skipped === 0 ? "" : `, and ${formatCount(skipped)} skipped by --skip-domain`;
    this.#console.info(`To look up: ${pluralize(rows - invalid, "row")}${skippedText}`);
    for (const line of noteLines(notes)) this.#console.info(line);
    if (invalid === 0) return;
    this.#console.info(`  ${pluralize(invalid, "row")} invalid: no alias to look up`);
    for (const problem of firstInvalid) this.#console.info(problemLine(problem));
    const more = invalid - firstInvalid.length;
    if (more > 0) this.#console.info(`  and ${pluralize(more, "more problem")}`);
  }

  lookingUp(progress: () => VerifyProgress): void {
    this.#console.progress?.begin((columns) => {
      const { listed, seen, wanted } = progress();
      const parts = [
        {
          text: `${formatCount(Math.min(seen, wanted))} of ${pluralize(wanted, "alias", "aliases")} seen`,
          weight: 2,
        },
        { text: `${pluralize(listed, "address", "addresses")} read`, weight: 1 },
      ];
      return progressLine(seen, wanted, parts, columns);
    });
    if (this.#console.progress !== undefined) return;
    this.#ticker = setInterval(
      () => this.#console.log.info({ ...progress() }, "looking up"),
      PROGRESS_LINE_MS,
    );
    this.#ticker.unref();
  }

  again(call: string, why: string): void {
    this.#console.log.warn(
      `${call}, ${why}; reading it again, because addresses may have been added or removed meanwhile`,
    );
  }

  waiting(wait: LongWait): void {
    logWait(this.#console, wait);
  }

  onRetry(call: string, { code, message }: Failure): void {
    this.#console.log.debug({ code }, `${call}: retrying after ${code}: ${message}`);
  }

  lookedUp(): void {
    clearInterval(this.#ticker);
    this.#console.progress?.end();
  }
}

const DOMAINS_SHOWN = 5;

/**
 * Returns the last lines on the screen: results, file, and what they prove.
 *
 * @param source system that listed the addresses, such as Mimecast and its host
 */
export function verifyLines(verified: Verified, source: string): string[] {
  const { found, endedAtEpochMs, startedAtEpochMs } = verified;
  const parts = FOUND.filter((word) => found[word] > 0).map((word) => `${formatCount(found[word])} ${word}`);
  return [
    `${pluralize(verified.rows, "row")} in ${formatDuration(endedAtEpochMs - startedAtEpochMs)}: ${parts.join(", ") || "nothing to look up"}`,
    ...foundLines(verified),
    `  result     ${verified.file}`,
    ...proofLines(verified, source),
  ];
}

function foundLines({
  found,
  invalid,
  externalDomains,
  ambiguousAliases,
  skipped,
  unmarkedAliases,
}: Verified): string[] {
  const lines: string[] = [];
  if (skipped > 0) lines.push(`  ${pluralize(skipped, "more row")} skipped by --skip-domain`);
  if (found.primary > 0) lines.push("  primary: the address exists, but is not marked as an alias");
  if (found.absent > 0) lines.push("  absent: Mimecast's list of the domain's addresses does not have it");
  if (invalid > 0) {
    lines.push(
      `  not-checkable: ${pluralize(invalid, "row")} invalid; import --dry-run says what is wrong with each`,
    );
  }
  if (externalDomains.count > 0) {
    const shown = externalDomains.domains
      .slice(0, DOMAINS_SHOWN)
      .map(({ name, aliases }) => `${name} (${pluralize(aliases, "alias", "aliases")})`);
    const more = externalDomains.count - shown.length;
    lines.push(
      `  not-checkable: not ${externalDomains.count === 1 ? "an internal domain" : "internal domains"} of the account: ${shown.join(", ")}${more > 0 ? `, and ${formatCount(more)} more` : ""}`,
    );
  }
  if (unmarkedAliases > 0) {
    lines.push(
      `  not-checkable: for ${pluralize(unmarkedAliases, "alias", "aliases")} Mimecast does not report whether the address is marked as an alias`,
    );
  }
  if (ambiguousAliases > 0) {
    lines.push(
      `  ${pluralize(ambiguousAliases, "alias", "aliases")} of the input for several primaries: each can belong to only one`,
    );
  }
  return lines;
}

function proofLines({ calls, endedAtEpochMs, found }: Verified, source: string): string[] {
  if (calls === 0) return ["Mimecast was not asked, because there was nothing to look up."];
  const proved =
    found.alias === 0
      ? "Proved: nothing."
      : `Proved: ${found.alias === 1 ? "1 row's alias is" : `the aliases of ${formatCount(found.alias)} rows are`} at ${source}, marked as an alias (${new Date(endedAtEpochMs).toISOString()}).`;
  return [
    proved,
    "Not proved: whose alias it is. The call (get-internal-users) does not return the owner, so it may belong to another primary than aliasFor.",
  ];
}

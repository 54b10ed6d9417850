import { FOUND } from "../domain/found.ts";
import { count, counted, duration } from "../domain/words.ts";
import type { Verified } from "../verify-aliases/verify-job.ts";

const DOMAINS_SHOWN = 5;

/**
 * The last lines on the screen: what was found, where the file is, and what that proves and does not.
 *
 * @param asked who was asked, such as Mimecast and its host
 */
export function verifyLines(verified: Verified, asked: string): string[] {
  const { found, endedAtEpochMs, startedAtEpochMs } = verified;
  const parts = FOUND.filter((word) => found[word] > 0).map((word) => `${count(found[word])} ${word}`);
  return [
    `${counted(verified.rows, "row")} in ${duration(endedAtEpochMs - startedAtEpochMs)}: ${parts.join(", ") || "nothing to look up"}`,
    ...foundLines(verified),
    `  result     ${verified.file}`,
    ...proofLines(verified, asked),
  ];
}

function foundLines({ found, invalid, notInternal, severalPrimaries, skipped, unsaid }: Verified): string[] {
  const lines: string[] = [];
  if (skipped > 0) lines.push(`  ${counted(skipped, "more row")} passed over by --skip-domain`);
  if (found.primary > 0) lines.push("  primary: the address exists, but is marked as no alias");
  if (found.absent > 0) lines.push("  absent: Mimecast's list of the domain's addresses does not have it");
  if (invalid > 0) {
    lines.push(
      `  not-checkable: ${counted(invalid, "row")} invalid; import --dry-run says what is wrong with each`,
    );
  }
  if (notInternal.count > 0) {
    const shown = notInternal.domains
      .slice(0, DOMAINS_SHOWN)
      .map(({ name, aliases }) => `${name} (${counted(aliases, "alias", "aliases")})`);
    const more = notInternal.count - shown.length;
    lines.push(
      `  not-checkable: no internal ${notInternal.count === 1 ? "domain" : "domains"} of the account: ${shown.join(", ")}${more > 0 ? `, and ${count(more)} more` : ""}`,
    );
  }
  if (unsaid > 0) {
    lines.push(
      `  not-checkable: of ${counted(unsaid, "alias", "aliases")} Mimecast does not say whether they are marked as such`,
    );
  }
  if (severalPrimaries > 0) {
    lines.push(
      `  ${counted(severalPrimaries, "alias", "aliases")} of the input for several primaries: each can belong to one only`,
    );
  }
  return lines;
}

function proofLines({ calls, endedAtEpochMs, found }: Verified, asked: string): string[] {
  if (calls === 0) return ["Mimecast was not asked, as there was nothing to look up."];
  const proved =
    found.alias === 0
      ? "Proved: nothing."
      : `Proved: ${found.alias === 1 ? "1 row's alias is" : `the aliases of ${count(found.alias)} rows are`} at ${asked}, marked as an alias (${new Date(endedAtEpochMs).toISOString()}).`;
  return [
    proved,
    "Not proved: whose alias it is. The call (get-internal-users) does not tell, so it may belong to another primary than aliasFor.",
  ];
}

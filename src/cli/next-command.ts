/**
 * Returns the arguments with which a command can be run again later. Removes a `--deadline` that is a fixed instant,
 * because it will be over. Replaces a relative `--resend-before` by its instant: otherwise every further run would send
 * everything again.
 */
export function rerunArguments(
  words: readonly string[],
  resendBeforeEpochMs: number | undefined,
): readonly string[] {
  const repeatable: string[] = [];
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [option = "", inlineValue] = word.split(/=(.*)/s);
    const isTimed = option === "--deadline" || option === "--resend-before";
    if (!isTimed) {
      repeatable.push(word);
      continue;
    }
    const value = inlineValue ?? left.shift() ?? "";
    if (option === "--deadline" && !IS_INSTANT.test(value)) repeatable.push(option, value);
    if (option === "--resend-before" && resendBeforeEpochMs !== undefined) {
      repeatable.push(option, new Date(resendBeforeEpochMs).toISOString());
    }
  }
  return repeatable;
}

/** Matches an ISO time. `06:00` and `2h30m` mean a new instant each time. */
const IS_INSTANT = /^\d{4}-/;

/**
 * The words of a command, fit to be typed again later. An instant that will be over then is left out of
 * `--deadline`; a `--resend-before` that is relative becomes the instant that it meant, as otherwise every
 * further run would send everything again.
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

/** An ISO time; `06:00` and `2h30m` mean something new each time. */
const IS_INSTANT = /^\d{4}-/;

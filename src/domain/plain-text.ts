/**
 * Text from outside, made harmless for a terminal or a log: control characters (line breaks among them) and
 * marks that change the direction of writing become spaces.
 */
export function plainText(text: string): string {
  return isPlainText(text) ? text : text.replaceAll(ALL_HARMFUL, " ");
}

/** Returns whether the text holds nothing that {@link plainText} replaces. */
export function isPlainText(text: string): boolean {
  return !HARMFUL.test(text);
}

const HARMFUL = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const ALL_HARMFUL = new RegExp(HARMFUL.source, "gu");

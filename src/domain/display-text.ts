/**
 * Makes external text safe for a terminal or a log: replaces control characters, line breaks included, and marks that
 * change the direction of writing with spaces.
 */
export function stripControlCharacters(text: string): string {
  return isPlainText(text) ? text : text.replaceAll(ALL_HARMFUL, " ");
}

/** Applies {@link stripControlCharacters} to each line of a text, and keeps the line breaks. */
export function plainLines(text: string): string {
  return text.split("\n").map(stripControlCharacters).join("\n");
}

/** Returns JSON of the same value with an escape for every character that {@link stripControlCharacters} replaces. */
export function plainJson(json: string): string {
  return json.replaceAll(ALL_HARMFUL, (character) => {
    // JSON.stringify escapes line breaks within strings, so this one is between values.
    if (character === "\n") return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Returns whether {@link stripControlCharacters} would leave the text unchanged. */
export function isPlainText(text: string): boolean {
  return !HARMFUL.test(text);
}

const HARMFUL = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const ALL_HARMFUL = new RegExp(HARMFUL.source, "gu");

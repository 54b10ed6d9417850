/** A text from which some layers of escapes are removed. */
export interface Unescaped {
  readonly text: string;
  /** For each character of `text`, and for its end, the index in the original. Undefined for the original itself. */
  readonly places: readonly number[] | undefined;
}

/** The HTML names of ASCII characters that encoders write. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["apos", "'"],
  ["bsol", "\\"],
  ["equals", "="],
  ["gt", ">"],
  ["lt", "<"],
  ["num", "#"],
  ["percnt", "%"],
  ["plus", "+"],
  ["quot", '"'],
  ["sol", "/"],
]);
const MAX_CODE_POINT = 0x10ffff;
/** An ASCII character in a URL; any in JSON, JavaScript or HTML. */
const ESCAPE =
  /%([0-7][\da-f])|\\(?:u([\da-f]{4})|x([\da-f]{2})|(["'/\\]))|&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,6}));/gi;
const MAYBE_ESCAPE = /[%&\\]/;

/** Removes one layer of percent-encoding, JSON and HTML escapes. Returns undefined if there are none. */
export function unescapeOnce({ text, places }: Unescaped): Unescaped | undefined {
  if (!MAYBE_ESCAPE.test(text)) return undefined;
  const placeOf = (index: number): number => places?.[index] ?? index;
  const parts: string[] = [];
  const newPlaces: number[] = [];
  let from = 0;
  const copyUntil = (end: number): void => {
    parts.push(text.slice(from, end));
    for (let index = from; index < end; index++) newPlaces.push(placeOf(index));
  };
  for (const match of text.matchAll(ESCAPE)) {
    const character = characterOf(match);
    if (character === undefined) continue;
    copyUntil(match.index);
    parts.push(character);
    for (let unit = 0; unit < character.length; unit++) newPlaces.push(placeOf(match.index));
    from = match.index + match[0].length;
  }
  if (from === 0) return undefined;
  copyUntil(text.length);
  newPlaces.push(placeOf(text.length));
  return { text: parts.join(""), places: newPlaces };
}

function characterOf(match: RegExpExecArray): string | undefined {
  const [, percent, json, javascript, itself, decimal, hexadecimal, name] = match;
  if (itself !== undefined) return itself;
  if (name !== undefined) return NAMED.get(name);
  // A single UTF-16 code unit, which can be half of a surrogate pair.
  if (json !== undefined) return String.fromCharCode(Number.parseInt(json, 16));
  const hex = percent ?? javascript ?? hexadecimal;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code > MAX_CODE_POINT ? undefined : String.fromCodePoint(code);
}

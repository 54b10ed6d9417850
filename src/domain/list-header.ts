/** A number behind a header, as in `Alias 2`, `aliases.0`, `Alias (3)` or `aliases[1]`. */
const TRAILING_NUMBER = /[\s._#/:([-]*\d+\s*[)\]]?\s*$/;

/** Returns a header without the number at its end: columns that are equal but for it belong together. */
export function withoutNumber(header: string): string {
  const base = header.replace(TRAILING_NUMBER, "");
  return base === "" ? header : base;
}

/** Tells whether a header is that of a list, which may be empty: `proxyAddresses`, `EmailAddresses`, `aliases.0`. */
export function isListHeader(header: string): boolean {
  return /(?:addresses|aliases)\s*$/i.test(withoutNumber(header));
}

/** The number at the end of a header such as `Alias 2`, `aliases.0`, `Alias (3)` or `aliases[1]`. */
const TRAILING_NUMBER = /[\s._#/:([-]*\d+\s*[)\]]?\s*$/;

/** Returns a header without the number at its end. Columns that differ only in that number belong together. */
export function withoutNumber(header: string): string {
  const base = header.replace(TRAILING_NUMBER, "");
  return base === "" ? header : base;
}

/** Returns whether a header names a list, which may be empty: `proxyAddresses`, `EmailAddresses`, `aliases.0`. */
export function isListHeader(header: string): boolean {
  return /(?:addresses|aliases)\s*$/i.test(withoutNumber(header));
}

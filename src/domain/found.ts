/** What verification found of a row's alias. The words are in `verify.csv`; scripts rely on them. */
export const FOUND = ["alias", "primary", "absent", "not-checkable"] as const;

/**
 * `alias`: present, and marked as an alias · `primary`: present, and marked as none · `absent`: not in the list of
 * its domain's addresses, which was read whole · `not-checkable`: the domain is not internal, Mimecast does not say
 * which of the two it is, or the row has no alias that could be looked for.
 */
export type Found = (typeof FOUND)[number];

export type FoundCounts = Readonly<Record<Found, number>>;

export function isFound(word: string): word is Found {
  return FOUND.some((found) => found === word);
}

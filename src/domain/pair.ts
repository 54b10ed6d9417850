/**
 * A primary address and a secondary address that shall belong to it, named as the API names them.
 * Both are valid addresses as the input wrote them, trimmed: this is what is sent.
 */
export interface Pair {
  readonly aliasFor: string;
  readonly alias: string;
}

import type { ItemError } from "./reply.ts";

/** An item of a request's `data`, as it came: what is missing or null is for {@link checkedItem} to say. */
export interface AliasItem {
  readonly aliasFor?: string | null;
  readonly alias?: string | null;
}

/** `unreadable`: no JSON, or of another build than the API documents · `no-data`: `data` is missing. */
export type AliasItems = readonly AliasItem[] | "unreadable" | "no-data";

/** An item with both addresses, or all that is wrong with it. */
export type CheckedItem =
  | { readonly kind: "pair"; readonly aliasFor: string; readonly alias: string }
  | { readonly kind: "wrong"; readonly errors: readonly ItemError[] };

/** Reads the body of a call by hand: this is the hot path of every rehearsal. */
export function readAliasItems(body: string): AliasItems {
  let envelope: unknown;
  try {
    envelope = JSON.parse(body);
  } catch {
    return "unreadable";
  }
  if (typeof envelope !== "object" || envelope === null || Array.isArray(envelope)) return "unreadable";
  if (!("data" in envelope) || envelope.data === null) return "no-data";
  const { data } = envelope;
  return Array.isArray(data) && data.every(isAliasItem) ? data : "unreadable";
}

/**
 * Both fields are required and must be addresses. How strict Mimecast is about addresses is not known: here
 * one needs an `@` with something on both sides, and no white space or control character.
 */
export function checkedItem({ aliasFor, alias }: AliasItem): CheckedItem {
  if (isAddress(aliasFor) && isAddress(alias)) return { kind: "pair", aliasFor, alias };
  return {
    kind: "wrong",
    errors: [...addressErrors("aliasFor", aliasFor), ...addressErrors("alias", alias)],
  };
}

function isAliasItem(value: unknown): value is AliasItem {
  if (typeof value !== "object" || value === null) return false;
  return (
    (!("aliasFor" in value) || isTextOrNull(value.aliasFor)) &&
    (!("alias" in value) || isTextOrNull(value.alias))
  );
}

function isTextOrNull(value: unknown): value is string | null {
  return typeof value === "string" || value === null;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ADDRESS = /^[^\s\x00-\x1f\x7f]+@[^\s\x00-\x1f\x7f@]+$/;

function isAddress(value: string | null | undefined): value is string {
  return typeof value === "string" && ADDRESS.test(value);
}

function addressErrors(field: string, value: string | null | undefined): ItemError[] {
  if (isAddress(value)) return [];
  if (value === null || value === undefined) return [itemError(field, "err_validation_null", "is required")];
  if (value === "") return [itemError(field, "err_validation_blank", "must not be blank")];
  return [itemError(field, "err_validation_invalid_email_address", "is not a valid e-mail address")];
}

function itemError(field: string, code: string, what: string): ItemError {
  return { code, message: `${field} ${what}`, retryable: false, field };
}

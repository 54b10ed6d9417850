import type { SimulatedAccount } from "./account.ts";
import { isItemFault } from "./faults/fault.ts";
import { callFaultReply } from "./faults/fault-reply.ts";
import type { ActiveFault, Named } from "./faults/fault-script.ts";
import {
  type Call,
  type Endpoint,
  envelopeReply,
  type ItemError,
  type ItemFail,
  type Reply,
  refusedCallReply,
} from "./reply.ts";

export const UPDATE_ALIAS_PATH = "/api/user/update-alias";

/** Returns the fault that is due for an item of a request with `rowCount` items, which arrived at `atMs`. */
export type DueFault = (item: Named, atMs: number, rowCount: number) => ActiveFault | undefined;

/** The result of an item; `omitted` is a success that the answer does not mention. */
type ItemResult =
  | { readonly kind: "data"; readonly entry: object }
  | { readonly kind: "fail"; readonly entry: ItemFail }
  | { readonly kind: "omitted" };

/**
 * Returns the endpoint that sets aliases, one for each item of `data`; a batch has the effect of N single calls.
 * Each item gets its entry in `data` or in `fail`, in the order of the request, with HTTP 200.
 */
export function updateAliasEndpoint(account: SimulatedAccount, dueFault: DueFault): Endpoint {
  return (call) => {
    const items = readAliasItems(call.body);
    if (items === "unreadable") {
      return refusedCallReply(400, "err_deserialise", "The body is not what this call reads");
    }
    if (items === "no-data") {
      const errors = [
        { code: "err_validation_null", message: "data is required", retryable: false, field: "data" },
      ];
      return envelopeReply(200, 200, [{ errors }], []);
    }
    const dues = items.map((item) =>
      dueFault({ aliasFor: item.aliasFor ?? "", alias: item.alias ?? "" }, call.atMs, items.length),
    );
    const execute = () => executeAll(account, call, items, dues);
    for (const due of dues) {
      if (due === undefined || isItemFault(due.fault)) continue;
      due.consume();
      return callFaultReply(due.fault, execute);
    }
    return execute();
  };
}

function executeAll(
  account: SimulatedAccount,
  call: Call,
  items: readonly AliasItem[],
  dues: readonly (ActiveFault | undefined)[],
): Reply {
  const fail: ItemFail[] = [];
  const data: object[] = [];
  items.forEach((item, index) => {
    const result = executeOne(account, call, item, dues[index]);
    if (result.kind === "fail") fail.push(result.entry);
    if (result.kind === "data") data.push(result.entry);
  });
  return envelopeReply(200, 200, fail, data);
}

function executeOne(
  account: SimulatedAccount,
  call: Call,
  item: AliasItem,
  due: ActiveFault | undefined,
): ItemResult {
  // A fault of the whole call is not this item's: it has been played already, or waits for a later call.
  const fault = due !== undefined && isItemFault(due.fault) ? due.fault : undefined;
  if (fault !== undefined) due?.consume();
  if (fault?.kind === "fail") {
    const { code, message = "Simulated failure", retryable = false, withoutKey = false } = fault;
    const errors = [{ code, message, retryable }];
    return { kind: "fail", entry: withoutKey ? { errors } : { key: item, errors } };
  }
  const checked = checkedItem(item);
  if (checked.kind === "wrong") return { kind: "fail", entry: { key: item, errors: checked.errors } };
  const { aliasFor, alias } = checked;
  account.setAlias({ aliasFor, alias, atMs: call.atMs, call: call.number });
  return fault?.kind === "omitted"
    ? { kind: "omitted" }
    : { kind: "data", entry: aliasEntry(aliasFor, alias) };
}

/** Returns an entry of `data`. The fields are documented; their values for a new alias are the simulator's own. */
function aliasEntry(aliasFor: string, alias: string): object {
  return {
    domain: alias.slice(alias.lastIndexOf("@") + 1).toLowerCase(),
    isInternal: true,
    alias,
    aliasDisplayName: "",
    aliasFor,
    type: "created_manually",
  };
}

/** An unchecked item of a request's `data`; {@link checkedItem} reports missing and null fields. */
interface AliasItem {
  readonly aliasFor?: string | null;
  readonly alias?: string | null;
}

/** The items of a request. `unreadable`: not JSON, or not the documented shape · `no-data`: `data` is missing. */
type AliasItems = readonly AliasItem[] | "unreadable" | "no-data";

/** An item with both addresses, or all its errors. */
type CheckedItem =
  | { readonly kind: "pair"; readonly aliasFor: string; readonly alias: string }
  | { readonly kind: "wrong"; readonly errors: readonly ItemError[] };

/** Parses the body of a call without a schema library, because this is the hot path of every rehearsal. */
function readAliasItems(body: string): AliasItems {
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
 * Checks that both fields are addresses. It is not known how strict Mimecast is: here an address needs an `@` with
 * text on both sides, and has no white space or control character.
 */
function checkedItem({ aliasFor, alias }: AliasItem): CheckedItem {
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

// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression excludes control characters
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

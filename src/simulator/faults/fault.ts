import { z } from "zod";

/** `x@y`, `name-*@y`, `*@y` or `*`. */
const NAME = /^(?:\*|(?:\*|[^\s@*]+\*?)@[^\s@*]+)$/;

/** Node can't write a header that breaks these, so they are refused when the file is read. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** Longer than any client's patience, and short enough for a timer. */
const SLOWEST_MS = 3_600_000;

/*
 * Every message in this schema says what is expected, and nothing else: parse-faults.ts puts the place and
 * what was found before it.
 */
const name = z.string().regex(NAME, 'an address, "name-*@domain", "*@domain" or "*"').optional();
const text = z.string("a text");
const flag = z.boolean("true or false").optional();
const code = text.min(1, "an error code");
const status = wholeNumber(200, 599);
const headers = z
  .record(
    z.string(),
    text.regex(HEADER_VALUE, "a header's value in ASCII"),
    "an object of header names and values",
  )
  .refine(
    (record) => Object.keys(record).every((key) => HEADER_NAME.test(key)),
    "names that HTTP allows for headers",
  );

/** Whom a fault hits and how often. Faults by rate or by time would have their fields here. */
const aim = { alias: name, aliasFor: name, times: wholeNumber(1, 1_000_000).optional() };

/** The kinds that concern one item of a call; the others concern the call as a whole. */
const itemFaults = [
  z.strictObject({
    ...aim,
    kind: z.literal("fail"),
    code,
    message: text.optional(),
    retryable: flag,
    withoutKey: flag,
  }),
  z.strictObject({ ...aim, kind: z.literal("unnamed") }),
] as const;

/** `executed`: whether the call's aliases are set all the same; not so where it is absent. */
const callFaults = [
  z.strictObject({ ...aim, kind: z.literal("gateway-fail"), status, code, message: text.optional() }),
  z.strictObject({
    ...aim,
    kind: z.literal("status"),
    status,
    body: text.optional(),
    headers: headers.optional(),
    executed: flag,
  }),
  z.strictObject({
    ...aim,
    kind: z.literal("meta-status"),
    metaStatus: wholeNumber(0, 999),
    status: status.optional(),
    executed: flag,
  }),
  z.strictObject({ ...aim, kind: z.literal("html"), executed: flag }),
  z.strictObject({ ...aim, kind: z.literal("empty"), executed: flag }),
  z.strictObject({ ...aim, kind: z.literal("drop"), executed: flag }),
  z.strictObject({ ...aim, kind: z.literal("cut-off") }),
  z.strictObject({ ...aim, kind: z.literal("oversized") }),
  z.strictObject({ ...aim, kind: z.literal("slow"), ms: wholeNumber(1, SLOWEST_MS) }),
  z.strictObject({
    ...aim,
    kind: z.literal("redirect"),
    location: text.regex(HEADER_VALUE, "an address in ASCII"),
  }),
] as const;

const KINDS = [...itemFaults, ...callFaults].map((fault) => fault.shape.kind.value).join(", ");

/** One scripted fault, told apart by `kind`. docs/simulator.md says what each kind does. */
export const faultSchema = z
  .discriminatedUnion("kind", [...itemFaults, ...callFaults], {
    error: (issue) =>
      issue.code === "invalid_union" ? `one of ${KINDS}` : 'a fault: { "alias": …, "kind": … }',
  })
  .refine(
    (fault) => (fault.alias === undefined) !== (fault.aliasFor === undefined),
    'either "alias" or "aliasFor", to say which rows it hits',
  );

export type Fault = z.infer<typeof faultSchema>;
export type ItemFault = z.infer<(typeof itemFaults)[number]>;
export type CallFault = z.infer<(typeof callFaults)[number]>;

export function isItemFault(fault: Fault): fault is ItemFault {
  return fault.kind === "fail" || fault.kind === "unnamed";
}

function wholeNumber(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected);
}

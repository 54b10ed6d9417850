import { z } from "zod";
import { parseJsonFile } from "../json-file.ts";
import { type Span, spanMs } from "../seeded-random.ts";

/** Matches `x@y`, `name-*@y`, `*@y` and `*`. */
const NAME = /^(?:\*|(?:\*|[^\s@*]+\*?)@[^\s@*]+)$/;

/** Matches a path such as `/oauth/token`, and `*`. */
const PATH = /^(?:\*|\/[\x21-\x7e]*)$/;

/** Node throws for a header that doesn't match these, so the file is refused when it is read. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** Longer than any client waits, and short enough for a timer. */
const MAX_DELAY_MS = 3_600_000;

/*
 * Each message in this schema says only what is expected: json-file.ts puts the place and the value found
 * before it.
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

const span = z.custom<Span>(
  (value) => typeof value === "string" && spanMs(value) !== undefined,
  'a time, such as "10s"',
);
const share = "a share above 0 and up to 1";

/** The addresses that a fault hits, when, and how often. */
const aim = {
  alias: name,
  aliasFor: name,
  times: wholeNumber(1, 1_000_000).optional(),
  rate: z.number(share).gt(0, share).max(1, share).optional(),
  after: span.optional(),
  for: span.optional(),
};

/** A page of a group's members; every page if `page` is absent. */
const groupAim = {
  group: text.min(1, "a group's name").optional(),
  page: wholeNumber(1, 1_000_000).optional(),
};

/** Fields of faults that hit a whole call: they can hit any request, or only batches of several rows. */
const wideAim = {
  ...aim,
  ...groupAim,
  path: text.regex(PATH, 'a path, such as "/oauth/token", or "*"').optional(),
  moreThanRows: wholeNumber(1, 1_000).optional(),
};

/** The kinds that hit one item of a call; all others hit the whole call. */
const itemFaults = [
  z.strictObject({
    ...aim,
    ...groupAim,
    kind: z.literal("fail"),
    code,
    message: text.optional(),
    retryable: flag,
    withoutKey: flag,
  }),
  z.strictObject({ ...aim, kind: z.literal("omitted") }),
] as const;

/** The kinds that hit the whole call. `executed`: the call takes effect anyway; false if absent. */
const callFaults = [
  z.strictObject({ ...wideAim, kind: z.literal("gateway-fail"), status, code, message: text.optional() }),
  z.strictObject({
    ...wideAim,
    kind: z.literal("status"),
    status,
    body: text.optional(),
    headers: headers.optional(),
    executed: flag,
  }),
  z.strictObject({
    ...wideAim,
    kind: z.literal("meta-status"),
    metaStatus: wholeNumber(0, 999),
    status: status.optional(),
    executed: flag,
  }),
  z.strictObject({ ...wideAim, kind: z.literal("html"), status: status.optional(), executed: flag }),
  z.strictObject({ ...wideAim, kind: z.literal("empty"), status: status.optional(), executed: flag }),
  z.strictObject({ ...wideAim, kind: z.literal("drop"), executed: flag }),
  z.strictObject({ ...wideAim, kind: z.literal("cut-off") }),
  z.strictObject({ ...wideAim, kind: z.literal("oversized") }),
  z.strictObject({ ...wideAim, kind: z.literal("slow"), ms: wholeNumber(1, MAX_DELAY_MS) }),
  z.strictObject({
    ...wideAim,
    kind: z.literal("redirect"),
    location: text.regex(HEADER_VALUE, "an address in ASCII"),
  }),
] as const;

const KINDS = [...itemFaults, ...callFaults].map((fault) => fault.shape.kind.value).join(", ");

/** A scripted fault, discriminated by `kind`. docs/simulator.md describes each kind. */
export const faultSchema = z
  .discriminatedUnion("kind", [...itemFaults, ...callFaults], {
    error: (issue) =>
      issue.code === "invalid_union" ? `one of ${KINDS}` : 'a fault: { "alias": …, "kind": … }',
  })
  .refine((fault) => {
    const path = isItemFault(fault) ? undefined : fault.path;
    const aims = [fault.alias, fault.aliasFor, path, groupOf(fault)];
    return aims.filter((aimed) => aimed !== undefined).length === 1;
  }, 'exactly one of "alias", "aliasFor", "path" and "group", which names what it hits')
  .refine(
    (fault) =>
      isItemFault(fault) || (fault.path ?? fault.group) === undefined || fault.moreThanRows === undefined,
    '"moreThanRows" only with "alias" or "aliasFor", because other calls have no rows',
  )
  .refine((fault) => !("page" in fault) || groupOf(fault) !== undefined, '"page" only with "group"');

export type ItemFault = z.infer<(typeof itemFaults)[number]>;
export type CallFault = z.infer<(typeof callFaults)[number]>;
export type Fault = ItemFault | CallFault;

export function isItemFault(fault: Fault): fault is ItemFault {
  return fault.kind === "fail" || fault.kind === "omitted";
}

/** Returns the group whose pages a fault hits, or undefined if the fault hits something else. */
export function groupOf(fault: Fault): string | undefined {
  return "group" in fault ? fault.group : undefined;
}

function wholeNumber(least: number, most: number) {
  const expected = `a whole number from ${least} to ${most}`;
  return z.int(expected).min(least, expected).max(most, expected);
}

const faultsSchema = z.array(faultSchema, "a list of faults: [ … ]");

/**
 * Parses the text of a faults file. Throws a RunError that names the file and each problem with its place, the
 * value found and the value expected.
 */
export function parseFaults(text: string, file: string): Fault[] {
  return parseJsonFile(text, file, faultsSchema, {
    what: "a faults file",
    expected: "a list of faults",
    part: "a fault of this kind",
  });
}

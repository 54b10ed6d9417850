import fc from "fast-check";
import { APPLIED, PAIR } from "./parts.ts";

/** Never to be repeated, wherever an answer has it. */
export const SECRET = "client-secret-value";
export const OTHER_PAIR = { aliasFor: "bob@new.example", alias: "bob@old.example" } as const;

/** JSON as text, so that it can hold what no value can: keys twice, numbers too large, half surrogate pairs. */
const oddText = fc.constantFrom(
  '""',
  '"\\ud800"',
  '"\\udfff tail"',
  '"\\u0000\\u001b[31m\\u202e"',
  `"it was ${SECRET}"`,
  '"__proto__"',
  '"token_expired"',
  '"err_developer_key"',
  '"unauthorized"',
  '"err_xdk_operation_forbidden_for_address"',
  JSON.stringify("x".repeat(20_000)),
  ...Object.values(PAIR).map((address) => JSON.stringify(address)),
  ...Object.values(OTHER_PAIR).map((address) => JSON.stringify(address.toUpperCase())),
);
const oddNumber = fc.constantFrom(
  "1e999",
  "-1e999",
  "-0",
  "1.5",
  "12345678901234567890123",
  "200",
  "429",
  "503",
);
const leaf = fc.oneof(
  oddText,
  oddNumber,
  fc.constantFrom("null", "true", "false", "[]", "{}"),
  fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
);
const name = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...[
        "fail",
        "meta",
        "data",
        "status",
        "pagination",
        "next",
        "totalCount",
        "key",
        "errors",
        "code",
        "message",
      ],
      ...["retryable", "aliasFor", "alias", "groupMembers", "emailAddress", "name", "folders", "id", "users"],
      ...["domain", "access_token", "expires_in", "error", "error_description"],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "length",
      "then",
      "\ud800",
    ),
  },
);

function objectOf(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`;
}

const { anything } = fc.letrec<{ anything: string }>((tie) => ({
  anything: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(fc.tuple(name, tie("anything")), { maxLength: 5 }).map(objectOf),
    fc.array(tie("anything"), { maxLength: 5 }).map((values) => `[${values.join()}]`),
  ),
}));

/** An object whose fields are mostly as they should be; now and then one is odd, missing or there twice. */
function nearly(fields: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const entries = Object.entries(fields).map(([key, value]) => {
    const values = fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: anything });
    return fc.tuple(fc.constant(key), values);
  });
  const own = fc.tuple(...entries.map((entry) => fc.option(entry, { freq: 12, nil: undefined })));
  const more = fc.array(fc.oneof(fc.tuple(name, anything), ...entries), { maxLength: 1 });
  return fc.tuple(own, more).map(([some, others]) => {
    return objectOf([...some.filter((entry) => entry !== undefined), ...others]);
  });
}

function list(item: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const items = fc.oneof({ weight: 12, arbitrary: item }, { weight: 1, arbitrary: anything });
  return fc.array(items, { maxLength: 3 }).map((some) => `[${some.join()}]`);
}

const [someText, someNumber, someFlag] = [
  fc.constantFrom(JSON.stringify("ann@new.example"), JSON.stringify("code_one"), '""'),
  fc.constantFrom("200", "0", "3"),
  fc.constantFrom("true", "false"),
];
const pair = fc
  .constantFrom<{ aliasFor: string; alias: string }[]>(PAIR, OTHER_PAIR)
  .map((it) => JSON.stringify(it));
const address = fc.constantFrom(
  ...[PAIR, OTHER_PAIR].flatMap((it) => Object.values(it)).map((it) => JSON.stringify(it)),
);
const apiError = nearly({
  code: fc.constantFrom('"code_one"', '"token_expired"', '"err_developer_key"', '"unauthorized"'),
  message: someText,
  retryable: someFlag,
});
const member = nearly({
  emailAddress: someText,
  domain: someText,
  internal: someFlag,
  type: someText,
  name: someText,
  alias: someFlag,
  id: someText,
});

function envelopeOf(data: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return nearly({
    fail: fc.oneof(
      { weight: 4, arbitrary: fc.constant("[]") },
      { weight: 1, arbitrary: list(fc.oneof(nearly({ key: pair, errors: list(apiError) }), apiError)) },
    ),
    meta: nearly({
      status: fc.constant("200"),
      pagination: nearly({ next: someText, totalCount: someNumber, pageSize: someNumber }),
    }),
    data,
  });
}

const appliedPair = fc.constantFrom(JSON.stringify(APPLIED.data[0]));
const crossedPair = nearly({ aliasFor: address, alias: address });
const listed = nearly({
  groupMembers: list(member),
  folders: list(member),
  users: list(member),
  domain: someText,
});
const json = fc.oneof(
  { weight: 1, arbitrary: anything },
  { weight: 3, arbitrary: envelopeOf(list(fc.oneof(appliedPair, pair, crossedPair, crossedPair))) },
  { weight: 3, arbitrary: envelopeOf(list(listed)) },
  {
    weight: 2,
    arbitrary: nearly({
      access_token: fc.constantFrom('"token-1"', `"${SECRET}"`),
      expires_in: someNumber,
      error: someText,
    }),
  },
);

/** Bodies of any kind: near to what is documented, cut off, with a byte that is wrong, or no JSON at all. */
export const anyBody: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 8, arbitrary: json.map((words) => Buffer.from(words)) },
  {
    weight: 1,
    arbitrary: fc.tuple(json, fc.nat(), fc.nat(255)).map(([words, place, byte]) => {
      const bytes = Buffer.from(words);
      return Buffer.from(bytes.map((old, index) => (index === place % bytes.length ? byte : old)));
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(json, fc.nat())
      .map(([words, place]) => Buffer.from(words.slice(0, place % words.length))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
);

export const anyStatus: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(200, 201) },
  { weight: 1, arbitrary: fc.constantFrom(400, 401, 403, 418, 429, 500, 503, 509) },
  { weight: 1, arbitrary: fc.integer({ min: 205, max: 999 }).filter((status) => status !== 304) },
);

const headerText = fc.oneof(
  fc.constantFrom("0", "-1", "800", "1e9", "NaN", "5000, 5000", "99999999999999999999", ""),
  fc.string({ unit: "grapheme-ascii", maxLength: 20 }),
);
export const anyHeaders: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    "x-ratelimit-limit": headerText,
    "x-ratelimit-remaining": headerText,
    "x-ratelimit-reset": headerText,
    "retry-after": headerText,
    "x-request-id": headerText,
    location: headerText,
    "content-type": headerText,
  },
  { requiredKeys: [] },
);

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Pair } from "../../src/domain/parsed-record.ts";
import { createSanitizer } from "../../src/mimecast/sanitize.ts";
import { classifyUpdateAlias } from "../../src/mimecast/update-alias.ts";

const { sanitize: said } = createSanitizer([]);
const PAIRS: readonly Pair[] = ["ann", "bob", "cyd"].map((name) => ({
  aliasFor: `${name}@new.example`,
  alias: `${name}@old.example`,
}));
const [ANN, BOB, CYD] = PAIRS;

/** What the answer comes to: `whole KIND CODE`, or for each pair `KIND CODE`, with a `?` where it may be in place. */
function judged(status: number, body: unknown, pairs: readonly Pair[] = PAIRS): string | string[] {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const verdict = classifyUpdateAlias(pairs, { kind: "answered", status, headers: {}, body: bytes }, said);
  if (verdict.kind !== "read") return `whole ${verdict.answer.kind} ${verdict.answer.failure.code}`;
  return verdict.value.map((answer) => {
    if (answer.kind === "applied") return "applied";
    const code = answer.kind === "unattributed" ? (answer.mayBeInPlace ? "?" : "") : answer.failure.code;
    return `${answer.kind} ${code}`.trim();
  });
}

const done = (data: unknown, fail: readonly unknown[] = [], meta = 200) => ({
  fail,
  meta: { status: meta },
  data,
});
const failed = (key: unknown, code = "err_one", more: object = {}) => ({
  ...(key === undefined ? {} : { key }),
  errors: [{ code, message: `about ${code}`, retryable: false, ...more }],
});

describe("a call of several pairs", () => {
  const rows: readonly (readonly [title: string, body: unknown, expected: string | string[]])[] = [
    ["applies all pairs if all are named", done(PAIRS), ["applied", "applied", "applied"]],
    ["in another order is applied", done([CYD, ANN, BOB]), ["applied", "applied", "applied"]],
    [
      "rejects the pair that a key names, and applies the others",
      done([ANN, CYD], [failed(BOB)]),
      ["applied", "rejected err_one", "applied"],
    ],
    [
      "whose keys and entries carry more fields and another case is understood",
      done(
        [{ ...ANN, alias: "ANN@Old.Example", type: "x" }, CYD],
        [failed({ ...BOB, id: 7, aliasFor: "Bob@NEW.example" })],
      ),
      ["applied", "rejected err_one", "applied"],
    ],
    [
      "whose key has the alias alone is understood",
      done([ANN, CYD], [failed({ alias: BOB?.alias })]),
      ["applied", "rejected err_one", "applied"],
    ],
    [
      "whose key has the primary alone is understood",
      done([ANN, CYD], [failed({ aliasFor: BOB?.aliasFor })]),
      ["applied", "rejected err_one", "applied"],
    ],
    [
      "leaves a pair that failed without a key to be sent alone, as not in place",
      done([ANN, CYD], [failed(undefined)]),
      ["applied", "unattributed", "applied"],
    ],
    [
      "leaves two missing pairs in doubt if one failure names neither",
      done([ANN], [failed(undefined)]),
      ["applied", "unattributed ?", "unattributed ?"],
    ],
    [
      "leaves a pair that is not named at all in doubt",
      done([ANN, CYD]),
      ["applied", "unattributed ?", "applied"],
    ],
    [
      "whose key mixes two pairs names neither",
      done([CYD], [failed({ aliasFor: ANN?.aliasFor, alias: BOB?.alias })]),
      ["unattributed ?", "unattributed ?", "applied"],
    ],
    [
      "whose key is of nobody names nobody",
      done([ANN, BOB], [failed({ alias: "zoe@old.example" })]),
      ["applied", "applied", "unattributed"],
    ],
    [
      "whose key is a text names nobody",
      done([ANN, BOB], [failed("cyd")]),
      ["applied", "applied", "unattributed"],
    ],
    [
      "applies a pair that is named twice once, and keeps both errors of one that failed twice",
      done([ANN, ANN, CYD], [failed(BOB), failed(BOB, "err_two")]),
      ["applied", "rejected err_one", "applied"],
    ],
    [
      "rejects a pair that is named among the successes and the failures",
      done(PAIRS, [failed(BOB)]),
      ["applied", "rejected err_one", "applied"],
    ],
    [
      "whose entry of data lacks a field is not named by it",
      done([ANN, CYD, { alias: BOB?.alias }]),
      ["applied", "unattributed ?", "applied"],
    ],
    [
      "applies the others if one pair has a transient error",
      done([ANN, CYD], [failed(BOB, "err_developer_key")]),
      ["applied", "transient err_developer_key", "applied"],
    ],
    [
      "applies the others if one pair has an account error",
      done([ANN, CYD], [failed(BOB, "err_xdk_client_unauthorized")]),
      ["applied", "access-denied err_xdk_client_unauthorized", "applied"],
    ],
    [
      "leaves all pairs in doubt if none is named",
      done([]),
      ["unattributed ?", "unattributed ?", "unattributed ?"],
    ],
    [
      "without data",
      { fail: [], meta: { status: 200 } },
      ["unattributed ?", "unattributed ?", "unattributed ?"],
    ],
    [
      "leaves all pairs to be sent alone if all failed without keys",
      done([], [failed(undefined), failed(undefined), failed(undefined)]),
      ["unattributed", "unattributed", "unattributed"],
    ],
    [
      "fails as a whole with an account error",
      done([], [failed(undefined, "err_xdk_client_unauthorized")]),
      "whole access-denied err_xdk_client_unauthorized",
    ],
    [
      "fails as a whole with a transient error",
      done([], [failed(undefined, "err_developer_key")]),
      "whole transient err_developer_key",
    ],
    ["fails as a whole if the body is not JSON", "<html>", "whole indeterminate invalid_response"],
    ["under meta.status 503", done([], [], 503), "whole indeterminate http_503"],
    ["under meta.status 429", done([], [], 429), "whole not-executed http_429"],
    [
      "under meta.status 400",
      done([], [], 400),
      ["batch-rejected http_400", "batch-rejected http_400", "batch-rejected http_400"],
    ],
  ];
  test.each(rows)("%s", (_title, body, expected) => {
    expect(judged(200, body)).toEqual(expected);
  });
});

describe("a rejected call of several pairs", () => {
  const whole = (code: string) => PAIRS.map(() => `batch-rejected ${code}`);
  const rows: readonly (readonly [status: number, body: unknown, expected: string | string[]])[] = [
    [400, "", whole("http_400")],
    [400, done([], [failed(undefined, "err_deserialise")], 400), whole("err_deserialise")],
    [413, "Content Too Large", whole("http_413")],
    [404, "", "whole transient http_404"],
    [404, done([], [], 404), whole("http_404")],
    [409, { fail: [] }, whole("http_409")],
    [421, "<html>", "whole transient http_421"],
    // The one that is named has its failure; nothing is known against the others.
    [
      400,
      done([], [failed(BOB)], 400),
      ["batch-rejected err_one", "rejected err_one", "batch-rejected err_one"],
    ],
    [
      403,
      done([], [failed(BOB)], 403),
      ["batch-rejected err_one", "rejected err_one", "batch-rejected err_one"],
    ],
    // Nothing is applied under a refusal, whatever else it says.
    [400, done(PAIRS, [], 400), whole("http_400")],
    [401, { fail: [{ code: "unauthorized" }] }, "whole access-denied unauthorized"],
    [401, { fail: [{ code: "token_expired" }] }, "whole access-denied token_expired"],
    [403, { fail: [{ code: "app_forbidden" }] }, "whole access-denied app_forbidden"],
    [418, "", "whole access-denied http_418"],
    [429, "Too Many Requests", "whole not-executed http_429"],
    [500, done(PAIRS), "whole indeterminate http_500"],
    [503, done([], [failed(BOB)], 503), "whole indeterminate http_503"],
    [307, "", "whole indeterminate http_307"],
  ];
  test.each(rows)("HTTP %s, %j", (status, body, expected) => {
    expect(judged(status, body)).toEqual(expected);
  });
});

test("the key of an international domain may be in Unicode or in ASCII", () => {
  const pairs = [{ aliasFor: "ann@bücher.example", alias: "ann@old.example" }, ...PAIRS.slice(1)];
  const key = { aliasFor: "ann@xn--bcher-kva.example" };
  expect(judged(200, done(pairs.slice(1), [failed(key)]), pairs)).toEqual([
    "rejected err_one",
    "applied",
    "applied",
  ]);
});

test("whatever answer comes, a pair is applied only if the answer is a success that names it and no failure does", () => {
  const address = fc.constantFrom(
    ...PAIRS.flatMap(({ alias, aliasFor }) => [alias, aliasFor]),
    "zoe@x.example",
  );
  const entry = fc.record({ aliasFor: address, alias: address }, { requiredKeys: [] });
  const item = fc.record(
    { key: fc.oneof(entry, fc.jsonValue()), errors: fc.array(fc.record({ code: fc.string() })) },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      fail: fc.oneof(fc.array(fc.oneof(item, fc.jsonValue())), fc.jsonValue()),
      meta: fc.record({ status: fc.constantFrom(200, 201, 400, 429, 500) }),
      data: fc.oneof(fc.array(fc.oneof(entry, fc.jsonValue())), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.constantFrom(200, 200, 200, 400, 401, 403, 413, 429, 503), body, (status, answer) => {
      const verdict = judged(status, answer);
      if (typeof verdict === "string") return;
      expect(verdict).toHaveLength(PAIRS.length);
      const data: readonly unknown[] = Array.isArray(answer.data) ? answer.data : [];
      verdict.forEach((what, index) => {
        if (what !== "applied") return;
        expect(status).toBe(200);
        expect(data).toContainEqual(PAIRS[index]);
      });
    }),
    { numRuns: 500 },
  );
});

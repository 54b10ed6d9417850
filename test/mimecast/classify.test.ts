import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HttpResponse } from "../../src/mimecast/http.ts";
import { createSanitizer } from "../../src/mimecast/sanitize.ts";
import { classifyUpdateAlias } from "../../src/mimecast/update-alias.ts";
import { APPLIED, PAIR } from "./parts.ts";

const { sanitize: said } = createSanitizer(["client-secret-value"]);

function judged(status: number, body: unknown, headers = {}) {
  const bytes = typeof body === "string" ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  const http: HttpResponse = { kind: "answered", status, headers, body: bytes };
  const verdict = classifyUpdateAlias([PAIR], http, said);
  if (verdict.kind === "read") {
    expect(verdict.value).toEqual([{ kind: "applied" }]);
    return { kind: "applied", code: "", retryable: false, message: "", again: false };
  }
  const { answer } = verdict;
  return { kind: answer.kind, ...answer.failure, again: verdict.kind === "token-expired" };
}

const meta = (status: unknown) => ({ meta: { status } });
const error = (code: string, more: object = {}) => ({
  code,
  message: `about ${code}`,
  retryable: false,
  ...more,
});
const item = (...errors: object[]) => ({ key: PAIR, errors });
const failing = (...fail: unknown[]) => ({ fail, ...meta(200), data: [] });
const HTML = "<html><body>Bad Gateway</body></html>";

type Row = readonly [
  title: string,
  status: number,
  body: unknown,
  kind: string,
  code: string,
  retryable: boolean,
];

function table(rows: readonly Row[]) {
  test.each(rows)("%s", (_title, status, body, kind, code, retryable) => {
    const { message, again, ...rest } = judged(status, body);
    expect(rest).toEqual({ kind, code, retryable });
    if (kind !== "applied") expect(message).not.toBe("");
    expect(again).toBe(code === "token_expired");
  });
}

describe("applied is only what names the pair among the successes", () => {
  table([
    ["the documented answer", 200, APPLIED, "applied", "", false],
    ["HTTP 201 and meta 204", 201, { ...APPLIED, ...meta(204) }, "applied", "", false],
    ["without meta", 200, { data: APPLIED.data }, "applied", "", false],
    [
      "with nulls for fail and meta.status",
      200,
      { ...APPLIED, fail: null, ...meta(null) },
      "applied",
      "",
      false,
    ],
    ["a meta.status in quotes", 200, { ...APPLIED, ...meta("200") }, "applied", "", false],
    [
      "in another case",
      200,
      { data: [{ alias: "ANN@Old.Example", aliasFor: "Ann@NEW.example" }] },
      "applied",
      "",
      false,
    ],
    [
      "beside another pair",
      200,
      { data: [{ alias: "x@y.example" }, null, APPLIED.data[0]] },
      "applied",
      "",
      false,
    ],
    ["is not applied without data", 200, meta(200), "indeterminate", "invalid_response", true],
    [
      "is not applied with empty data",
      200,
      { ...APPLIED, data: [] },
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is not applied with data of another form",
      200,
      { ...APPLIED, data: APPLIED.data[0] },
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is not applied with another alias",
      200,
      { data: [{ ...PAIR, alias: "x@old.example" }] },
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is not applied with another primary",
      200,
      { data: [{ ...PAIR, aliasFor: "x@y.example" }] },
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is not applied with half of the pair",
      200,
      { data: [{ alias: PAIR.alias }] },
      "indeterminate",
      "invalid_response",
      true,
    ],
    ["is not applied as HTML", 200, HTML, "indeterminate", "invalid_response", true],
    ["is not applied with an empty body", 200, "", "indeterminate", "invalid_response", true],
    [
      "is not applied cut off",
      200,
      JSON.stringify(APPLIED).slice(0, -9),
      "indeterminate",
      "invalid_response",
      true,
    ],
    ["is not applied as a JSON list", 200, [APPLIED], "indeterminate", "invalid_response", true],
    ["is not applied as JSON null", 200, "null", "indeterminate", "invalid_response", true],
    [
      "is not applied if fail is not a list",
      200,
      { ...APPLIED, fail: "some" },
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is not applied if a fail item is not an object",
      200,
      { ...APPLIED, fail: ["x"] },
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is not applied if meta.status is a word",
      200,
      { ...APPLIED, ...meta("OK") },
      "indeterminate",
      "invalid_response",
      true,
    ],
    ["is not applied under HTTP 999", 999, APPLIED, "indeterminate", "invalid_response", true],
    [
      "is not applied under meta.status 0",
      200,
      { ...APPLIED, ...meta(0) },
      "indeterminate",
      "invalid_response",
      true,
    ],
  ]);

  test("an international domain is the same in Unicode and in ASCII", () => {
    const pair = { aliasFor: "ann@bücher.example", alias: "ann@old.example" };
    const body = Buffer.from(JSON.stringify({ data: [{ ...pair, aliasFor: "ann@xn--bcher-kva.example" }] }));
    expect(classifyUpdateAlias([pair], { kind: "answered", status: 200, headers: {}, body }, said).kind).toBe(
      "read",
    );
  });
});

describe("429 was never executed", () => {
  table([
    ["by HTTP, in plain text", 429, "Too Many Requests", "not-executed", "http_429", true],
    ["by HTTP, whatever the body", 429, APPLIED, "not-executed", "http_429", true],
    ["by meta.status", 200, { ...APPLIED, ...meta(429) }, "not-executed", "http_429", true],
    [
      "by meta.status beside an odd fail",
      200,
      { fail: "slow down", ...meta(429) },
      "not-executed",
      "http_429",
      true,
    ],
  ]);
});

describe("an expired token is to be renewed", () => {
  table([
    [
      "in the gateway's shape",
      401,
      { fail: [{ code: "token_expired" }] },
      "access-denied",
      "token_expired",
      false,
    ],
    [
      "in an item's shape",
      401,
      failing({ errors: [error("token_expired")] }),
      "access-denied",
      "token_expired",
      false,
    ],
  ]);
});

describe("codes that are known to pass are tried again", () => {
  table([
    [
      "under HTTP 200",
      200,
      failing(item(error("err_developer_key"))),
      "transient",
      "err_developer_key",
      true,
    ],
    [
      "under HTTP 401",
      401,
      { fail: [{ code: "token_verification_failed" }] },
      "transient",
      "token_verification_failed",
      true,
    ],
    ["even in a 500", 500, failing(item(error("err_developer_key"))), "transient", "err_developer_key", true],
    [
      "as the code 'Unauthorized Request'",
      401,
      { fail: [{ code: "Unauthorized Request" }] },
      "transient",
      "Unauthorized Request",
      true,
    ],
    ...[
      { fail: [{ message: "Unauthorized Request" }] },
      failing({ errors: [{ message: "unauthorized request." }] }),
      { message: "Unauthorized Request" },
      { ...meta(401), message: "Unauthorized Request" },
      "Unauthorized Request\n",
    ].map(
      (body): Row => [
        `as 'Unauthorized Request' without a code: ${JSON.stringify(body)}`,
        401,
        body,
        "transient",
        "http_401",
        true,
      ],
    ),
    [
      "as 'Unauthorized Request' under HTTP 200",
      200,
      { fail: [{ errors: [{ message: "Unauthorized Request" }] }], ...meta(401), data: [] },
      "transient",
      "http_401",
      true,
    ],
    [
      "but not 'Unauthorized Request' with a code that lasts",
      401,
      { fail: [{ code: "unauthorized", message: "Unauthorized Request" }] },
      "access-denied",
      "unauthorized",
      false,
    ],
    [
      "but not beside an error that lasts",
      200,
      failing(item(error("err_developer_key"), error("err_validation_null"))),
      "rejected",
      "err_validation_null",
      false,
    ],
  ]);
});

describe("a server error leaves the effect unknown", () => {
  table([
    ...[500, 502, 503, 504, 509].map(
      (status): Row => [`HTTP ${status}`, status, HTML, "indeterminate", `http_${status}`, true],
    ),
    ...[501, 505, 599].map(
      (status): Row => [`HTTP ${status}`, status, HTML, "indeterminate", `http_${status}`, false],
    ),
    ["by meta.status", 200, { ...APPLIED, ...meta(503) }, "indeterminate", "http_503", true],
    ["by meta.status under HTTP 400", 400, { ...meta(500) }, "indeterminate", "http_500", true],
    ["claims success", 500, APPLIED, "indeterminate", "http_500", true],
    ["names a code", 500, failing(item(error("err_odd"))), "indeterminate", "http_500", true],
    [
      "says retryable",
      501,
      failing(item(error("err_odd", { retryable: true }))),
      "indeterminate",
      "http_501",
      true,
    ],
  ]);

  test("the API's own code and words are in the message", () => {
    expect(judged(500, failing(item(error("err_odd")))).message).toBe(
      "the server answered 500: err_odd: about err_odd",
    );
  });
});

describe("a refusal of the account", () => {
  const account = [
    "err_xdk_invalid_signature",
    "err_xdk_binding_expired",
    "err_xdk_client_unauthorized",
    "unauthorized",
    "app_forbidden",
  ];
  table([
    ...account.map(
      (code): Row => [
        `${code} under HTTP 200`,
        200,
        failing(item(error(code))),
        "access-denied",
        code,
        false,
      ],
    ),
    ...account.map(
      (code): Row => [`${code}, flat, under 403`, 403, { fail: [{ code }] }, "access-denied", code, false],
    ),
    ["HTTP 401 without a body", 401, "", "access-denied", "http_401", true],
    ["HTTP 401 as HTML", 401, HTML, "access-denied", "http_401", true],
    ["HTTP 401 with another code", 401, failing(item(error("err_new"))), "access-denied", "err_new", false],
    ["HTTP 418", 418, "", "access-denied", "http_418", true],
    ["meta.status 401 under HTTP 200", 200, { ...APPLIED, ...meta(401) }, "access-denied", "http_401", false],
    ["meta.status 418 under HTTP 200", 200, { ...APPLIED, ...meta(418) }, "access-denied", "http_418", false],
    [
      "HTTP 403 in the gateway's shape",
      403,
      { fail: [{ code: "new_code", message: "no" }] },
      "access-denied",
      "new_code",
      false,
    ],
    ["HTTP 403 that names no code", 403, HTML, "access-denied", "http_403", true],
    ["HTTP 403 in an envelope that names no code", 403, meta(403), "access-denied", "http_403", false],
    ["HTTP 403 of an item without a code", 403, failing({ errors: [] }), "access-denied", "http_403", false],
  ]);

  const forbidden = error("err_xdk_operation_forbidden_for_address");
  const code = forbidden.code;
  table([
    ["is not: forbidden for this address", 200, failing(item(forbidden)), "rejected", code, false],
    ["is not: forbidden for this address, under 403", 403, failing(item(forbidden)), "rejected", code, false],
    ["is not: forbidden for this address, under 401", 401, { fail: [{ code }] }, "rejected", code, false],
    [
      "is not: a 403 of the row with a code",
      403,
      failing(item(error("err_row"))),
      "rejected",
      "err_row",
      false,
    ],
    [
      "is not: a 401 that calls itself retryable",
      401,
      failing(item(error("err_row", { retryable: true }))),
      "rejected",
      "err_row",
      true,
    ],
  ]);
});

describe("a failure of the row", () => {
  table([
    ["under HTTP 200 and meta 200", 200, failing(item(error("err_a"))), "rejected", "err_a", false],
    [
      "though data names the pair",
      200,
      { ...APPLIED, fail: [item(error("err_a"))] },
      "rejected",
      "err_a",
      false,
    ],
    ["without a key", 200, failing({ errors: [error("err_a")] }), "rejected", "err_a", false],
    ["flat", 200, failing({ code: "err_a", message: "no" }), "rejected", "err_a", false],
    ["without errors", 200, failing({ key: PAIR, errors: [] }), "rejected", "unspecified_error", false],
    ["without anything", 200, failing({}), "rejected", "unspecified_error", false],
    ["with a message alone", 200, failing(item({ message: "no" })), "rejected", "unspecified_error", false],
    [
      "with errors that are no objects",
      200,
      failing({ errors: ["no"] }),
      "rejected",
      "unspecified_error",
      false,
    ],
    ["with a code that is a number", 200, failing(item({ code: 17 })), "rejected", "17", false],
    ["retryable", 200, failing(item(error("err_a", { retryable: true }))), "rejected", "err_a", true],
    [
      "retryable under HTTP 400",
      400,
      failing(item(error("err_a", { retryable: true }))),
      "rejected",
      "err_a",
      true,
    ],
    [
      "retryable if a string says so",
      200,
      failing(item(error("err_a", { retryable: "true" }))),
      "rejected",
      "err_a",
      true,
    ],
    [
      "is not retryable if its flag is neither true nor false",
      200,
      failing(item(error("err_a", { retryable: "yes" }))),
      "rejected",
      "err_a",
      false,
    ],
    [
      "retryable if all errors are",
      200,
      failing(item(error("err_a", { retryable: true }), error("err_b", { retryable: true }))),
      "rejected",
      "err_a",
      true,
    ],
    [
      "is not retryable if one error is not, and known by that one",
      200,
      failing(item(error("err_a", { retryable: true }), error("err_b"))),
      "rejected",
      "err_b",
      false,
    ],
    [
      "in two items",
      200,
      failing(item(error("err_a", { retryable: true })), { errors: [error("err_b")] }),
      "rejected",
      "err_b",
      false,
    ],
    ["HTTP 400 without a body", 400, "", "rejected", "http_400", false],
    ["HTTP 400 that claims success", 400, APPLIED, "rejected", "http_400", false],
    ["HTTP 400 with a code", 400, failing(item(error("err_a"))), "rejected", "err_a", false],
    ["HTTP 400 with an item without a code", 400, failing({}), "rejected", "http_400", false],
    [
      "HTTP 400 about another row",
      400,
      failing({ key: { alias: "x@y.example" }, errors: [error("err_a")] }),
      "rejected",
      "http_400",
      false,
    ],
    ["HTTP 400 as HTML", 400, HTML, "rejected", "http_400", false],
    ["HTTP 404 in an envelope", 404, { fail: [] }, "rejected", "http_404", false],
    ["HTTP 404 in an odd envelope", 404, { ...meta(404), fail: "x" }, "rejected", "http_404", false],
    ["HTTP 404 with data", 404, { data: null }, "rejected", "http_404", false],
    ["HTTP 409", 409, meta(409), "rejected", "http_409", false],
    [
      "meta.status 400 with an empty fail",
      200,
      { fail: [], ...meta(400), data: [] },
      "rejected",
      "http_400",
      false,
    ],
  ]);

  test("its messages are joined, each once", () => {
    expect(judged(200, failing(item(error("err_a"), error("err_b"), error("err_b")))).message).toBe(
      "err_a: about err_a; err_b: about err_b",
    );
    expect(judged(200, failing(item(error("err_a")))).message).toBe("about err_a");
  });

  test("a failure without a code shows the beginning of the answer", () => {
    expect(judged(400, HTML).message).toBe(`the server answered 400 without a code: ${HTML}`);
    expect(judged(400, "").message).toBe("the server answered 400 without a code: the body is empty");
  });
});

describe("a 4xx without Mimecast's envelope is no verdict on the row", () => {
  const FRONT = [402, 404, 405, 406, 407, 408, 409, 410, 413, 421, 422, 425, 431, 451, 499];
  table([
    ...FRONT.map((status): Row => [`HTTP ${status}, empty`, status, "", "transient", `http_${status}`, true]),
    ["HTTP 404 as HTML", 404, HTML, "transient", "http_404", true],
    ["HTTP 404 as another's JSON", 404, { message: "Not Found" }, "transient", "http_404", true],
    ["HTTP 404 as a JSON list", 404, [], "transient", "http_404", true],
    ["HTTP 404 as a JSON text", 404, '"no"', "transient", "http_404", true],
    ["HTTP 404 with a 'fail' of an unknown form", 404, { fail: "no" }, "transient", "http_404", true],
  ]);

  test("the message says who answered, and how", () => {
    expect(judged(404, HTML).message).toBe(
      `HTTP 404 came from something in front of Mimecast, not from Mimecast itself: ${HTML}`,
    );
  });
});

describe("the key of a fail item", () => {
  const keyed = (key: unknown) => failing({ key, errors: [error("err_a")] });
  table([
    [
      "with more fields is ours",
      200,
      keyed({ ...PAIR, id: 7, displayName: "Ann" }),
      "rejected",
      "err_a",
      false,
    ],
    ["in another case is ours", 200, keyed({ alias: "ANN@OLD.EXAMPLE" }), "rejected", "err_a", false],
    ["with the primary alone is ours", 200, keyed({ aliasFor: PAIR.aliasFor }), "rejected", "err_a", false],
    ["with neither is ours", 200, keyed({ id: 7 }), "rejected", "err_a", false],
    ["is ours if it is not an object", 200, keyed("row 1"), "rejected", "err_a", false],
    ["with nulls is ours", 200, keyed({ alias: null, aliasFor: PAIR.aliasFor }), "rejected", "err_a", false],
    [
      "is not ours with another alias",
      200,
      keyed({ ...PAIR, alias: "x@y.example" }),
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is not ours with another primary",
      200,
      keyed({ ...PAIR, aliasFor: "x@y.example" }),
      "indeterminate",
      "invalid_response",
      true,
    ],
    [
      "is a failure with another pair, though data names ours",
      200,
      { ...APPLIED, fail: [{ key: { alias: "x@y.example" }, errors: [error("err_a")] }] },
      "indeterminate",
      "invalid_response",
      true,
    ],
  ]);
});

describe("a redirect is not followed", () => {
  table([
    ["HTTP 302", 302, "", "indeterminate", "http_302", true],
    ["HTTP 304", 304, "", "indeterminate", "http_304", true],
    ["meta.status 301", 200, { ...APPLIED, ...meta(301) }, "indeterminate", "http_301", true],
  ]);

  test("its message names the host it points to, and nothing else of the address", () => {
    const { message } = judged(302, "", { location: "https://ann:pw@login.example/path?token=abc" });
    expect(message).toContain("login.example");
    expect(message).not.toMatch(/pw|token|abc/);
  });
});

test("what the API says is one bounded line without secrets, code and message alike", () => {
  const odd = error(`err\n${"x".repeat(200)}`, {
    message: `line\u0000 one\nBearer abc.def client-secret-value ${"y".repeat(400)}`,
  });
  const { code, message } = judged(200, failing(item(odd)));
  expect(code.length).toBeLessThanOrEqual(100);
  expect(message.length).toBeLessThanOrEqual(300);
  expect(`${code}${message}`).not.toMatch(/[\p{Cc}]|client-secret-value|abc\.def/u);
  expect(message).toMatch(/^line one \[redacted\] \[redacted\] y/);
});

test("any bytes under any status are an answer, never a throw", () => {
  const kinds = ["applied", "rejected", "transient", "indeterminate", "not-executed", "access-denied"];
  const json = fc.json().map((text) => Buffer.from(text));
  const envelope = fc
    .record(
      {
        fail: fc.oneof(
          fc.jsonValue(),
          fc.array(
            fc.record(
              { key: fc.jsonValue(), errors: fc.jsonValue(), code: fc.jsonValue() },
              { requiredKeys: [] },
            ),
          ),
        ),
        meta: fc.oneof(fc.jsonValue(), fc.record({ status: fc.oneof(fc.integer(), fc.jsonValue()) })),
        data: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((value) => Buffer.from(JSON.stringify(value)));
  const bytes = fc.uint8Array().map((array) => Buffer.from(array));
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 999 }), fc.oneof(bytes, json, envelope), (status, body) => {
      const result = judged(status, body.toString("latin1"));
      const verdict = classifyUpdateAlias([PAIR], { kind: "answered", status, headers: {}, body }, said);
      expect(kinds).toContain(verdict.kind === "read" ? "applied" : verdict.answer.kind);
      expect(result.message.length).toBeLessThanOrEqual(300);
    }),
    { numRuns: 500 },
  );
});

import { describe, expect, test } from "vitest";
import { type Fault, parseFaults } from "../../src/simulator/faults/fault.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { hastyClock } from "../support/clocks.ts";
import { type Changes, importing } from "../support/corridor.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";

const ROW = csvOf([["ann@new.example", "ann@old.example"]]);
/** Other rows must succeed. Otherwise the run would stop for the account, and not fail the row. */
const WITH_OTHERS = `${ROW}${manyRows(3, "fine.example").split("\n").slice(1).join("\n")}`;

/** Imports a row that meets the fault. Returns its result, and the number of its requests. */
async function meeting(fault: object, changes: Changes = {}) {
  const simulator = await simulatorFor({ faults: faultsOf(fault) });
  const imported = await importing(simulator, WITH_OTHERS, changes);
  const [row = {}] = imported.results;
  const requests = imported.sent.filter(({ alias }) => alias === "ann@old.example").length;
  const { outcome, code, message = "", retryable, attempts } = row;
  const isSet = simulator.aliases.has("ann@old.example");
  return {
    result: { outcome, code, retryable, attempts: Number(attempts) },
    message,
    requests,
    isSet,
    imported,
  };
}

function faultsOf(fault: object): readonly Fault[] {
  return parseFaults(JSON.stringify([{ alias: "ann@old.example", ...fault }]), "the test's faults");
}

describe("A transient failure is retried, and the row is applied", () => {
  test.each<[string, object]>([
    ["a fail item that says retryable: true", { kind: "fail", code: "err_busy", retryable: true }],
    ["HTTP 500", { kind: "status", status: 500 }],
    ["HTTP 502", { kind: "status", status: 502, body: "<html>Bad Gateway</html>" }],
    ["HTTP 503", { kind: "status", status: 503 }],
    ["HTTP 504", { kind: "status", status: 504 }],
    ["HTTP 509", { kind: "status", status: 509 }],
    ["meta.status 500 under HTTP 200", { kind: "meta-status", metaStatus: 500 }],
    ["meta.status 502 under HTTP 200", { kind: "meta-status", metaStatus: 502 }],
    ["meta.status 503 under HTTP 200", { kind: "meta-status", metaStatus: 503 }],
    ["meta.status 504 under HTTP 200", { kind: "meta-status", metaStatus: 504 }],
    ["meta.status 509 under HTTP 200", { kind: "meta-status", metaStatus: 509 }],
    ["a dropped connection", { kind: "drop" }],
    ["a dropped connection after the alias was set", { kind: "drop", executed: true }],
    ["a page in HTML under HTTP 200", { kind: "html" }],
    ["an empty answer under HTTP 200", { kind: "empty" }],
    ["an answer that is cut off", { kind: "cut-off" }],
    ["an answer beyond all size", { kind: "oversized" }],
    ["a success that does not name the row", { kind: "omitted" }],
    ["err_developer_key under HTTP 200", { kind: "fail", code: "err_developer_key" }],
    [
      "token_verification_failed of the gateway",
      { kind: "gateway-fail", status: 401, code: "token_verification_failed" },
    ],
    [
      "Unauthorized Request without a code",
      { kind: "status", status: 401, body: '{"fail":[{"message":"Unauthorized Request"}]}' },
    ],
  ])("A row is applied by a retry after %s", async (_, fault) => {
    const { result, requests, isSet } = await meeting({ ...fault, times: 2 });
    expect(result).toEqual({ outcome: "applied", code: "", retryable: "false", attempts: 3 });
    expect({ requests, isSet }).toEqual({ requests: 3, isSet: true });
  });

  test("A row is applied by a retry after a time-out", async () => {
    const { result } = await meeting({ kind: "slow", ms: 5_000, times: 1 }, { timeoutMs: 200 });
    expect(result).toEqual({ outcome: "applied", code: "", retryable: "false", attempts: 2 });
  });
});

const HTML = "<html><body>404 Not Found</body></html>";
const NO_ROUTE = '{"message":"no Route matched with those values"}';

function envelopeOf(status: number): string {
  return JSON.stringify({ meta: { status }, fail: [], data: [] });
}

describe("A permanent failure is not retried", () => {
  test.each<[string, object, string]>([
    ["a fail item", { kind: "fail", code: "err_no" }, "err_no"],
    ["a fail item without a key", { kind: "fail", code: "err_no", withoutKey: true }, "err_no"],
    ["HTTP 400 with a body that names no code", { kind: "status", status: 400, body: "no" }, "http_400"],
    ["HTTP 400 with an empty body", { kind: "status", status: 400, body: "" }, "http_400"],
    ["HTTP 400 with a page in HTML", { kind: "status", status: 400, body: HTML }, "http_400"],
    ["HTTP 404 in the envelope", { kind: "status", status: 404, body: envelopeOf(404) }, "http_404"],
    ["HTTP 409 in the envelope", { kind: "status", status: 409, body: envelopeOf(409) }, "http_409"],
    ["meta.status 400 under HTTP 200", { kind: "meta-status", metaStatus: 400 }, "http_400"],
    [
      "an address that is forbidden",
      { kind: "gateway-fail", status: 403, code: "err_xdk_operation_forbidden_for_address" },
      "err_xdk_operation_forbidden_for_address",
    ],
  ])("A row fails without a retry after %s", async (_, fault, code) => {
    const { result, requests } = await meeting(fault);
    expect(result).toEqual({ outcome: "failed", code, retryable: "false", attempts: 1 });
    expect(requests).toBe(1);
  });
});

describe("A row whose attempts are used up", () => {
  test.each<[string, object, string]>([
    ["500", { kind: "status", status: 500 }, "http_500"],
    ["503", { kind: "status", status: 503 }, "http_503"],
    ["meta.status 504", { kind: "meta-status", metaStatus: 504 }, "http_504"],
    ["dropped connections", { kind: "drop" }, "connection_lost"],
    ["pages in HTML", { kind: "html" }, "invalid_response"],
    ["successes that do not name it", { kind: "omitted" }, "invalid_response"],
  ])("A row is unknown after its last attempt with %s, never failed", async (_, fault, code) => {
    const { result, requests } = await meeting(fault, {
      sending: { retry: { maxAttempts: 3, baseMs: 1, ceilingMs: 2 } },
    });
    expect(result).toEqual({ outcome: "unknown", code, retryable: "true", attempts: 3 });
    expect(requests).toBe(3);
  });

  test("A row is unknown after its last attempt with a time-out", async () => {
    const { result } = await meeting(
      { kind: "slow", ms: 5_000 },
      { timeoutMs: 150, sending: { retry: { maxAttempts: 2, baseMs: 1, ceilingMs: 2 } } },
    );
    expect(result).toEqual({ outcome: "unknown", code: "timeout", retryable: "true", attempts: 2 });
  });

  test.each<[string, object, string]>([
    ["fail items that say retryable", { kind: "fail", code: "err_busy", retryable: true }, "err_busy"],
    ["err_developer_key", { kind: "fail", code: "err_developer_key" }, "err_developer_key"],
    ["an empty 404 of a proxy in front", { kind: "status", status: 404 }, "http_404"],
    ["a page in HTML under 405", { kind: "status", status: 405, body: HTML }, "http_405"],
    ["a 407 of a proxy", { kind: "status", status: 407, body: "Proxy Authentication Required" }, "http_407"],
    ["a 408 of a load balancer", { kind: "status", status: 408 }, "http_408"],
    ["a 421 of a load balancer", { kind: "status", status: 421, body: HTML }, "http_421"],
    ["a 425 of a load balancer", { kind: "status", status: 425, body: "Too Early" }, "http_425"],
    ["a 404 with JSON of a gateway", { kind: "status", status: 404, body: NO_ROUTE }, "http_404"],
  ])("A row is failed and retryable after its last attempt with %s", async (_, fault, code) => {
    const { result, imported } = await meeting(fault);
    expect(result).toEqual({ outcome: "failed", code, retryable: "true", attempts: 6 });
    expect(imported.files.remaining).toBeDefined();
    expect(imported.files.failed).toBeUndefined();
  });
});

test("A rejection after an attempt without an answer says that the alias may be in place", async () => {
  const simulator = await simulatorFor({
    faults: [
      { alias: "ann@old.example", kind: "drop", executed: true, times: 1 },
      { alias: "ann@old.example", kind: "fail", code: "err_no", message: "Not that one" },
    ],
  });
  const { results } = await importing(simulator, ROW);
  expect(results[0]).toMatchObject({
    outcome: "failed",
    code: "err_no",
    attempts: "2",
    message: expect.stringMatching(/^Not that one.*may be in place/),
  });
});

test("A rejection after answered attempts does not say that the alias may be in place", async () => {
  const simulator = await simulatorFor({
    faults: [
      { alias: "ann@old.example", kind: "fail", code: "err_busy", retryable: true, times: 1 },
      { alias: "ann@old.example", kind: "fail", code: "err_no", message: "Not that one" },
    ],
  });
  const { results } = await importing(simulator, ROW);
  expect(results[0]).toMatchObject({ outcome: "failed", attempts: "2", message: "Not that one" });
});

test("429 is not an attempt: the row stays as it was, however often it is throttled", async () => {
  const fault = {
    kind: "status",
    status: 429,
    body: "Too Many Requests",
    headers: { "X-RateLimit-Reset": "5" },
    times: 9,
  };
  // The wait of 5 ms is soon no longer believed.
  const { result, requests, imported } = await meeting(fault, { clock: hastyClock(50) });
  expect(result).toEqual({ outcome: "applied", code: "", retryable: "false", attempts: 1 });
  expect(requests).toBe(10);
  expect(imported.summary.calls).toMatchObject({ rateLimited: 9, retries: 0 });
});

test("A row is not sent if every call for it was answered 429 until the run stopped", async () => {
  const throttled = { kind: "status", status: 429, headers: { "X-RateLimit-Reset": "60000" } } as const;
  const simulator = await simulatorFor({
    faults: [2, 3].map((number) => ({ alias: `a${number}@old.example`, ...throttled })),
  });
  const { results, summary } = await importing(simulator, manyRows(3), {
    sending: { deadlineEpochMs: Date.now() + 1_500 },
  });
  expect(summary.calls?.rateLimited).toBe(2);
  expect(results.map(({ outcome, attempts }) => `${outcome} ${attempts}`)).toEqual([
    "applied 1",
    "not-sent 0",
    "not-sent 0",
  ]);
  expect(summary.exitCode).toBe(3);
});

test("The wait that the server asks for is kept, before the row's next attempt", async () => {
  const simulator = await simulatorFor({
    faults: [
      { alias: "a3@old.example", kind: "status", status: 503, headers: { "Retry-After": "1" }, times: 1 },
    ],
  });
  const { sent } = await importing(simulator, manyRows(5));
  const [first, second] = sent.filter(({ alias }) => alias === "a3@old.example");
  expect((second?.sentMs ?? 0) - (first?.sentMs ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test("A delayed row holds no lane", async () => {
  const { imported } = await meeting(
    { kind: "status", status: 503, headers: { "Retry-After": "1" }, times: 1 },
    { sending: { concurrency: 1 } },
  );
  expect(imported.sent.map(({ alias }) => alias)).toEqual([
    "ann@old.example",
    "a1@fine.example",
    "a2@fine.example",
    "a3@fine.example",
    "ann@old.example",
  ]);
});

test("--in-place-code treats a rejection with that code as success, and keeps its message", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "ann@old.example", kind: "fail", code: "err_exists", message: "It exists" }],
  });
  const first = await importing(simulator, ROW, { sending: { inPlaceCodes: new Set(["err_exists"]) } });
  expect(first.results[0]).toMatchObject({
    outcome: "applied",
    code: "err_exists",
    message: expect.stringContaining("It exists"),
    retryable: "false",
  });
  const second = await importing(simulator, ROW, { folder: first.folder });
  expect(second.summary.outcomes.unchanged).toBe(1);
});

import { describe, expect, test } from "vitest";
import { parseQuota, parseRequestId, parseWait } from "../../src/mimecast/response-headers.ts";
import { createSanitizer } from "../../src/mimecast/sanitize.ts";
import { EPOCH_MS } from "./parts.ts";

const { sanitize: said } = createSanitizer(["hush-hush"]);

describe("the quota", () => {
  test("is read as sent, reset in milliseconds", () => {
    const headers = {
      "x-ratelimit-limit": "800",
      "x-ratelimit-remaining": "799",
      "x-ratelimit-reset": "4998",
    };
    expect(parseQuota(headers)).toEqual({ limit: 800, remaining: 799, resetMs: 4998 });
  });

  test("is read in the other spelling as well, which counts only where the first one is missing", () => {
    const headers = {
      "x-rate-limit-limit": "800",
      "x-rate-limit-remaining": "799",
      "x-rate-limit-reset": "4998",
    };
    expect(parseQuota(headers)).toEqual({ limit: 800, remaining: 799, resetMs: 4998 });
    expect(parseQuota({ ...headers, "x-ratelimit-remaining": "7" })).toMatchObject({ remaining: 7 });
  });

  test("is passed on if it is absurd, and omitted if it is not a number", () => {
    expect(parseQuota({ "x-ratelimit-remaining": "-3", "x-ratelimit-reset": "1661089780000" })).toEqual({
      remaining: -3,
      resetMs: EPOCH_MS,
    });
    expect(
      parseQuota({ "x-ratelimit-limit": "many", "x-ratelimit-remaining": "", "x-ratelimit-reset": "5, 5" }),
    ).toBe(undefined);
    expect(parseQuota({})).toBeUndefined();
  });
});

describe("the wait that the server asks for", () => {
  const date = (ms: number) => new Date(EPOCH_MS + ms).toUTCString();
  test.each([
    ["the quota's reset of a 429", { "x-ratelimit-reset": "4998" }, true, 4998],
    ["the quota's reset of a 429 in the other spelling", { "x-rate-limit-reset": "4998" }, true, 4998],
    ["no reset of another answer", { "x-ratelimit-reset": "4998" }, false, undefined],
    ["Retry-After in seconds", { "retry-after": "7" }, false, 7000],
    ["Retry-After as a date", { "retry-after": date(9000) }, false, 9000],
    ["Retry-After as a date that is past", { "retry-after": date(-9000) }, false, 0],
    [
      "a date against the answer's own Date",
      { "retry-after": date(9000), date: date(-3_600_000) },
      false,
      3_609_000,
    ],
    [
      "a date where the answer's own Date is no date",
      { "retry-after": date(9000), date: "today" },
      false,
      9000,
    ],
    ["the longer of both", { "retry-after": "7", "x-ratelimit-reset": "4998" }, true, 7000],
    ["the longer of both, the other way", { "retry-after": "1", "x-ratelimit-reset": "4998" }, true, 4998],
    ["nothing negative", { "retry-after": "-1", "x-ratelimit-reset": "-5" }, true, undefined],
    ["no epoch taken for a wait", { "x-ratelimit-reset": "1661089780000" }, true, undefined],
    ["nothing over a day", { "retry-after": "86401" }, false, undefined],
    ["a whole day", { "retry-after": "86400" }, false, 86_400_000],
    ["no words", { "retry-after": "soon" }, false, undefined],
    ["nothing at all", {}, true, undefined],
  ])("is %s", (_title, headers, isThrottled, waitMs) => {
    expect(parseWait(headers, isThrottled, EPOCH_MS)?.waitMs).toBe(waitMs);
  });
});

test("the wait names the header that asked for it", () => {
  const headers = { "retry-after": "7", "x-ratelimit-reset": "7001" };
  expect(parseWait(headers, true, EPOCH_MS)?.waitHeader).toBe("X-RateLimit-Reset");
  expect(parseWait(headers, false, EPOCH_MS)?.waitHeader).toBe("Retry-After");
});

test("the answer's own request id goes before the one that was sent", () => {
  expect(parseRequestId({ "x-request-id": " abc " }, "sent", said)).toBe("abc");
  expect(parseRequestId({ "x-mc-req-id": "def" }, "sent", said)).toBe("def");
  expect(parseRequestId({ "x-request-id": " " }, "sent", said)).toBe("sent");
  expect(parseRequestId({ "x-request-id": "hush-hush 7" }, "sent", said)).toBe("[redacted] 7");
  expect(parseRequestId({}, undefined, said)).toBeUndefined();
  expect(parseRequestId({ "x-request-id": "x".repeat(5000) }, undefined, said)).toHaveLength(100);
});

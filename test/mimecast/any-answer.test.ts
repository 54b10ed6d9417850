import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Failure } from "../../src/domain/failure.ts";
import type { AttemptResult, PageExchange, RateLimitHeaders } from "../../src/domain/response.ts";
import { createMimecastClient, type MimecastClient } from "../../src/mimecast/client.ts";
import type { Credentials } from "../../src/mimecast/settings.ts";
import { anyBody, anyHeaders, anyStatus, OTHER_PAIR, SECRET } from "./any-body.ts";
import { serve } from "./loopback.ts";
import { APPLIED, control, PAIR, settings, testClock } from "./parts.ts";

const OAUTH: Credentials = { api: "2.0", clientId: "client-id", clientSecret: SECRET };
const KEYS: Credentials = {
  api: "1.0",
  appId: "application-id",
  appKey: SECRET,
  accessKey: "AccessKey",
  secretKey: "U2VjcmV0S2V5",
};
const anyAnswer = fc.record({ status: anyStatus, headers: anyHeaders, body: anyBody });
type AnyAnswer = typeof anyAnswer extends fc.Arbitrary<infer T> ? T : never;

/** Hundreds of answers, or as many as a busy machine manages. */
const MANY = { numRuns: 500, interruptAfterTimeLimit: 10_000 } as const;

/** A server on which `answer` is what every call gets, but for what `otherwise` says of its path. */
async function serverWith(otherwise: (path: string) => object | undefined = () => undefined) {
  const next: { answer: AnyAnswer | undefined; authorizations: unknown[] } = {
    answer: undefined,
    authorizations: [],
  };
  const server = await serve(({ path, headers }, response) => {
    next.authorizations.push(headers.authorization);
    const other = otherwise(path);
    if (other !== undefined) {
      response.end(JSON.stringify(other));
      return;
    }
    response.writeHead(next.answer?.status ?? 500, next.answer?.headers);
    response.end(next.answer?.body);
  });
  onTestFinished(() => server.close());
  return { next, url: server.url };
}

function clientOf(url: string, credentials: Credentials): MimecastClient {
  return createMimecastClient(settings(url, { credentials }), {
    clock: testClock(),
    randomUuid: () => "3d796b76-4180-40e5-8f7c-6e0fd643b1a9",
  });
}

/** What an answer makes us say, anyone may read: one line of bounded length without secrets or control codes. */
function expectFit({ code, message }: Failure): void {
  expect(code).not.toBe("");
  expect(code.length).toBeLessThanOrEqual(100);
  expect(message).not.toBe("");
  expect(message.length).toBeLessThanOrEqual(400);
  const words = `${code} ${message}`;
  expect(words).toBe(words.toWellFormed());
  expect(words).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
  expect(words).not.toContain(SECRET);
}

/** The quota's numbers can be absurd, and whoever uses them expects that; a wait is made as it is told. */
function expectNumbers(quota: RateLimitHeaders | undefined, waitMs: number | undefined): void {
  for (const number of [quota?.limit, quota?.remaining, quota?.resetMs, waitMs]) {
    if (number !== undefined) expect(number).toSatisfy(Number.isFinite);
  }
  expect(waitMs ?? 0).toBeGreaterThanOrEqual(0);
  expect(waitMs ?? 0).toBeLessThanOrEqual(24 * 3_600_000);
}

/** The objects in a field of a body, read by nobody's code but JSON's. */
function entriesOf(body: Buffer, field: string): Record<string, unknown>[] {
  const whole: unknown = JSON.parse(body.toString("utf8"));
  return objectsIn(typeof whole === "object" && whole !== null ? Object.entries(whole) : [], field);
}

function objectsIn(fields: readonly (readonly [string, unknown])[], name: string): Record<string, unknown>[] {
  const [, value] = fields.find(([field]) => field === name) ?? [];
  return (Array.isArray(value) ? value : []).map((entry) => ({ ...entry }));
}

function expectNamed(body: Buffer, pair: typeof PAIR | typeof OTHER_PAIR): void {
  const same = (carried: unknown, address: string) => String(carried).toLowerCase() === address;
  const isNamed = entriesOf(body, "data").some(({ aliasFor, alias }) => {
    return same(aliasFor, pair.aliasFor) && same(alias, pair.alias);
  });
  const isBlamed = entriesOf(body, "fail").some(({ key }) => {
    const { aliasFor, alias } = {
      aliasFor: undefined,
      alias: undefined,
      ...(typeof key === "object" ? key : {}),
    };
    return same(aliasFor, pair.aliasFor) && same(alias, pair.alias);
  });
  expect([isNamed, isBlamed]).toEqual([true, false]);
}

const OF_ONE = ["applied", "rejected", "transient", "indeterminate", "not-executed", "access-denied"];
const OF_SEVERAL = [...OF_ONE, "unattributed", "batch-rejected"];

function expectAnswer(answer: AttemptResult | undefined, kinds: readonly string[]): void {
  expect(kinds).toContain(answer?.kind);
  if (answer !== undefined && answer.kind !== "applied") expectFit(answer.failure);
}

test("whatever update-alias answers, a row is applied only if it is named, and every message is sanitized", async () => {
  const { next, url } = await serverWith((path) => {
    return path === "/oauth/token" ? { access_token: "token", expires_in: 1799 } : undefined;
  });
  const clients = [clientOf(url, KEYS), clientOf(url, OAUTH)];
  const pairsOf = fc.constantFrom([PAIR], [PAIR, OTHER_PAIR]);
  let appliedCount = 0;
  await fc.assert(
    fc.asyncProperty(anyAnswer, pairsOf, fc.constantFrom(...clients), async (answer, pairs, client) => {
      next.answer = answer;
      const {
        results: answers,
        quota,
        waitMs,
        status,
        requestId,
      } = await client.updateAliases(pairs, control());
      expect(answers).toHaveLength(pairs.length);
      expect(status).toBe(answer.status);
      expect(requestId?.length ?? 0).toBeLessThanOrEqual(100);
      expectNumbers(quota, waitMs);
      for (const [index, pair] of pairs.entries()) {
        expectAnswer(answers[index], pairs.length === 1 ? OF_ONE : OF_SEVERAL);
        if (answers[index]?.kind !== "applied") continue;
        appliedCount += 1;
        expectNamed(answer.body, pair);
        expect(answer.status).toBeLessThan(300);
      }
    }),
    MANY,
  );
  for (const client of clients) client.close();
  // Else the answers are too odd to show anything.
  expect(appliedCount).toBeGreaterThan(0);
});

test("whatever a list's endpoint answers, a page is complete or fails with a sanitized message", async () => {
  const { next, url } = await serverWith();
  const client = clientOf(url, KEYS);
  const page = { pageSize: 500, token: undefined };
  const lists: Readonly<Record<string, () => Promise<PageExchange<unknown>>>> = {
    groupMembers: () => client.groupMembers("g", page, control()),
    folders: () => client.groups({ source: "cloud" }, page, control()),
    users: () => client.internalUsers("x.example", page, control()),
    domain: () => client.internalDomains(page, control()),
  };
  let passedCount = 0;
  await fc.assert(
    fc.asyncProperty(anyAnswer, fc.constantFrom(...Object.keys(lists)), async (answer, name) => {
      next.answer = answer;
      const exchange = await lists[name]?.();
      if (exchange?.answer.kind !== "passed") {
        expect(OF_ONE).toContain(exchange?.answer.kind);
        if (exchange !== undefined) expectFit(exchange.answer.failure);
        return;
      }
      passedCount += 1;
      const { items, next: token, totalCount } = exchange.answer.value;
      const entries = entriesOf(answer.body, "data");
      const there =
        name === "domain" ? entries : entries.flatMap((entry) => objectsIn(Object.entries(entry), name));
      expect(items).toHaveLength(there.length);
      expect(token).not.toBe("");
      if (totalCount !== undefined) expect(Number.isSafeInteger(totalCount) && totalCount >= 0).toBe(true);
      expect(entriesOf(answer.body, "fail")).toEqual([]);
    }),
    MANY,
  );
  client.close();
  expect(passedCount).toBeGreaterThan(0);
});

test("whatever get-account answers, it is an account or fails with a sanitized message", async () => {
  const { next, url } = await serverWith();
  const client = clientOf(url, KEYS);
  await fc.assert(
    fc.asyncProperty(anyAnswer, async (answer) => {
      next.answer = answer;
      const { answer: told } = await client.account(control());
      if (told.kind !== "passed") expectFit(told.failure);
    }),
    MANY,
  );
  client.close();
});

test("whatever the token endpoint answers, calls are made with the token that it gave, or not at all", async () => {
  const { next, url } = await serverWith((path) => (path === "/oauth/token" ? undefined : APPLIED));
  let appliedCount = 0;
  await fc.assert(
    fc.asyncProperty(anyAnswer, async (answer) => {
      next.answer = answer;
      next.authorizations = [];
      const client = clientOf(url, OAUTH);
      const { results: answers, waitMs } = await client.updateAliases([PAIR], control());
      client.close();
      expectNumbers(undefined, waitMs);
      expectAnswer(answers[0], ["applied", "not-executed", "access-denied"]);
      if (answers[0]?.kind !== "applied") {
        expect(next.authorizations).toEqual([undefined]);
        return;
      }
      appliedCount += 1;
      const given: unknown = JSON.parse(answer.body.toString("utf8"));
      const token =
        typeof given === "object" && given !== null && "access_token" in given ? given.access_token : "";
      expect(next.authorizations).toEqual([undefined, `Bearer ${token}`]);
    }),
    MANY,
  );
  expect(appliedCount).toBeGreaterThan(0);
});

test("no answer changes what all objects share", () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect("status" in {}).toBe(false);
});

import { expect, test } from "vitest";
import { DEFAULT_RETRY } from "../../src/engine/backoff.ts";
import { DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import { serve } from "../mimecast/loopback.ts";
import { hastyClock } from "../support/clocks.ts";
import { importing } from "../support/corridor.ts";
import { manyRows } from "../support/csv-files.ts";

const RULES = {
  breaker: DEFAULT_BREAKER,
  sending: { concurrency: 64, retry: { maxAttempts: 6, ...DEFAULT_RETRY } },
} as const;

test("A limiter that answers 503 above 30 calls a second slows 2,000 rows down, and none ends unknown", {
  timeout: 60_000,
}, async () => {
  const clock = hastyClock(10);
  const isLet = thirtyASecond(() => clock.nowMs());
  let callCount = 0;
  const server = await serve(({ path, body }, response) => {
    if (path === "/oauth/token") {
      response.end(JSON.stringify({ access_token: "token", expires_in: 86_400 }));
      return;
    }
    callCount += 1;
    response.statusCode = isLet() ? 200 : 503;
    const { data } = JSON.parse(body);
    response.end(response.statusCode === 200 ? JSON.stringify({ fail: [], data }) : "");
  });
  try {
    const { summary } = await importing(server, manyRows(2_000), { ...RULES, clock });
    expect(summary.outcomes).toMatchObject({ applied: 2_000, unknown: 0 });
    // Without a rate, one lane alone makes more failed calls than that.
    expect(callCount).toBeLessThan(4_000);
  } finally {
    await server.close();
  }
});

/** Lets thirty calls of each second through. */
function thirtyASecond(nowMs: () => number): () => boolean {
  let second = -1;
  let count = 0;
  return () => {
    const now = Math.floor(nowMs() / 1_000);
    if (now !== second) count = 0;
    second = now;
    count += 1;
    return count <= 30;
  };
}

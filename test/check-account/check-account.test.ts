import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { checkAccount } from "../../src/check-account/check-account.ts";
import { systemClock } from "../../src/cli/system-clock.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { createMimecastClient } from "../../src/mimecast/client.ts";
import { SIMULATOR_SETTINGS } from "../../src/simulator/account.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { hastyClock } from "../support/clocks.ts";

/** What is found out of an account at that address. */
async function checked(baseUrl: string, clock: Clock = systemClock) {
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  const directory = createMimecastClient(
    {
      baseUrl,
      credentials: { api: "2.0", clientId, clientSecret },
      timeoutMs: 5_000,
      connections: 1,
      userAgent: "test",
    },
    { clock, randomUuid: randomUUID },
  );
  onTestFinished(() => directory.close());
  const job = { api: "2.0", baseUrl: "https://api.example", proxy: "proxy.example:3128" } as const;
  return await checkAccount(job, { clock, random: Math.random, directory });
}

test("names the proxy, whether the host is reached or not", async () => {
  const simulator = await simulatorFor();
  const host = async (baseUrl: string) => (await checked(baseUrl)).findings[0]?.message;
  expect(await host(simulator.url)).toBe(
    "https://api.example answers, reached through the proxy proxy.example:3128",
  );
  expect(await host("http://127.0.0.1:9")).toMatch(
    /^https:\/\/api\.example does not answer, reached through the proxy proxy\.example:3128: connection_refused/,
  );
});

test("reports a wait of an hour that the server announces instead of waiting", async () => {
  const faults = [
    { path: "/api/account/get-account", kind: "status", status: 429, headers: { "Retry-After": "3600" } },
  ] as const;
  const simulator = await simulatorFor({ faults });
  const { findings, result: verdict } = await checked(simulator.url, hastyClock(100));
  expect(verdict).toBe("unreachable");
  expect(findings.find(({ check }) => check === "credentials")?.message).toMatch(
    /^no call gets through: .*429/,
  );
});

import { randomUUID } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { checkAccount } from "../../src/check-account/check-account.ts";
import { realClock } from "../../src/cli/real-clock.ts";
import { createMimecastClient } from "../../src/mimecast/client.ts";
import { SIMULATOR_SETTINGS } from "../../src/simulator/settings.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";

test("The proxy is named through which the host is reached, or is not", async () => {
  const simulator = await simulatorFor();
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  const host = async (baseUrl: string): Promise<string> => {
    const directory = createMimecastClient(
      {
        baseUrl,
        credentials: { api: "2.0", clientId, clientSecret },
        timeoutMs: 5_000,
        connections: 1,
        userAgent: "test",
      },
      { clock: realClock, randomUuid: randomUUID },
    );
    onTestFinished(() => directory.close());
    const job = { api: "2.0", baseUrl: "https://api.example", proxy: "proxy.example:3128" } as const;
    const parts = { clock: realClock, random: Math.random, directory };
    const { findings } = await checkAccount(job, parts);
    return findings[0]?.message ?? "";
  };
  expect(await host(simulator.url)).toBe(
    "https://api.example answers, reached through the proxy proxy.example:3128",
  );
  expect(await host("http://127.0.0.1:9")).toMatch(
    /^https:\/\/api\.example does not answer, reached through the proxy proxy\.example:3128: connection_refused/,
  );
});

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { manyRows, readCsvFile } from "../support/csv-files.ts";
import { openGate } from "../support/gate.ts";
import { type CliRun, messagesOf, runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

/*
 * A run waits for a token, for the quota, for a retry, for the network, for its input. A signal, and the deadline,
 * end each wait at once: none of them is one that has to be finished.
 */

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server whose token endpoint is silent, or answers with an error. */
async function withoutTokens(answer: "silent" | "error") {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    if (answer === "error") response.writeHead(503, { "Retry-After": "60" }).end("later");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { url: `http://127.0.0.1:${port}`, askedCount: () => asked };
}

/** Brings a run to where it waits. */
type Waiting = (words: readonly string[]) => Promise<{ readonly cwd: string; readonly run: CliRun }>;

function startIn(url: string, words: readonly string[], rows = 30) {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(rows));
  return { cwd, run: startCli(["import", "a.csv", ...words], { cwd, env: simulatorEnv({ url }) }) };
}

const WAITS: Readonly<Record<string, Waiting>> = {
  "for a token": async (words) => {
    const server = await withoutTokens("silent");
    const started = startIn(server.url, words);
    await until("a token is asked for", () => server.askedCount() > 0);
    return started;
  },
  "before a token is asked for again": async (words) => {
    const server = await withoutTokens("error");
    const started = startIn(server.url, words);
    await started.run.said("not applied yet");
    return started;
  },
  "for the quota": async (words) => {
    const simulator = await simulatorFor({ quota: { calls: 10, windowMs: 60_000 } });
    const started = startIn(simulator.url, words);
    await until("the quota is used up", () => simulator.counters.calls >= 9);
    return started;
  },
  "for a retry": async (words) => {
    const retryAfter = { "Retry-After": "60" };
    const simulator = await simulatorFor({
      faults: [{ alias: "a7@old.example", kind: "status", status: 503, headers: retryAfter }],
    });
    const started = startIn(simulator.url, words);
    await until("all others", () => simulator.aliases.size === 29);
    return started;
  },
  "for the network to come back": async (words) => {
    const simulator = await simulatorFor({ latencyMs: 20 });
    const gate = await openGate(Number(new URL(simulator.url).port));
    closing.push(() => void gate.close());
    const started = startIn(gate.url, [...words, "--concurrency", "2"], 300);
    await until("some calls", () => simulator.counters.calls > 5);
    await gate.cut();
    await started.run.said("not applied yet");
    return started;
  },
};

describe.each(Object.entries(WAITS))("While a run waits %s,", (_, waiting) => {
  test("a signal ends the waiting run at once, in order", async () => {
    const { cwd, run } = await waiting([]);
    const startMs = Date.now();
    run.kill("SIGTERM");
    expect((await run.ended).code).toBe(143);
    expect(Date.now() - startMs).toBeLessThan(8_000);
    expectOrder(cwd, { exitCode: 143, stopReasons: [{ kind: "signal", signal: "SIGTERM" }] });
  });

  test("the deadline ends it at once, in order", async () => {
    const { cwd, run } = await waiting(["--deadline", "4s"]);
    const startMs = Date.now();
    expect((await run.ended).code).toBe(3);
    expect(Date.now() - startMs).toBeLessThan(12_000);
    expectOrder(cwd, { exitCode: 3, stopReasons: [{ kind: "deadline" }] });
  });
});

/** Every row is in the results, none is in doubt that no call was made for, and nothing is left half-done. */
function expectOrder(cwd: string, expected: object): void {
  const files = filesBelow(join(cwd, "runs"));
  const pathOf = (name: string): string => join(cwd, "runs", files.find((it) => it.endsWith(name)) ?? name);
  expect(JSON.parse(readFileSync(pathOf("summary.json"), "utf8"))).toMatchObject(expected);
  const results = readCsvFile(pathOf("results.csv"));
  for (const { outcome, attempts } of results) expect(outcome === "not-sent").toBe(attempts === "0");
  expect(existsSync(pathOf("remaining.csv"))).toBe(true);
  expect(files.filter((path) => /run\.db|\.part$|-wal$/.test(path))).toEqual([]);
}

test("A run that waits for a token ends by a signal, and does not report an outage", async () => {
  const server = await withoutTokens("silent");
  const { run } = startIn(server.url, ["--timeout", "600"]);
  await until("a token is asked for", () => server.askedCount() > 0);
  run.kill("SIGINT");
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).not.toContain("not applied");
});

describe.each([[[]], [["--dry-run"]]])("While standard input stays open, with %j,", (words) => {
  test("a signal ends the run, even after some rows, and leaves nothing behind", async () => {
    const simulator = await simulatorFor();
    const cwd = temporaryFolder();
    const run = startCli(["import", "-", ...words], { cwd, env: simulatorEnv(simulator), stdin: "open" });
    // More than what columns and delimiter are judged by.
    run.write(manyRows(20_000));
    await run.said("Reading standard input");
    run.kill("SIGHUP");
    const { code, stderr } = await run.ended;
    expect(code).toBe(129);
    expect(messagesOf(stderr).at(-1)).toContain("nothing is left behind");
    expect(filesBelow(cwd).filter((path) => !path.includes("ledger.db"))).toEqual([]);
    expect(simulator.counters.calls).toBe(0);
  });
});

test("The deadline ends a run that waits for input, which would otherwise lock the ledger forever", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  const words = ["import", "-", "--deadline", "2s"];
  const run = startCli(words, { cwd, env: simulatorEnv(simulator), stdin: "open" });
  run.write(manyRows(10));
  const { code, stderr } = await run.ended;
  expect(code).toBe(3);
  expect(messagesOf(stderr).at(-1)).toMatch(/the deadline, .*, is reached.*nothing is left behind/);
  expect(simulator.counters.calls).toBe(0);
});

test("A wait of more than 30 s is logged with its end and its source", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "*", kind: "status", status: 503, headers: { "Retry-After": "120" } }],
  });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(2));
  const words = ["import", "a.csv", "--deadline", "2s"];
  const { code, stderr } = await runCli(words, { cwd, env: simulatorEnv(simulator) });
  expect(code).toBe(3);
  expect(stderr).toMatch(/The server asked for a wait of 2 min, until \d{4}-[^ ]+Z \(Retry-After\)/);
});

import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { SIMULATOR_SETTINGS } from "../../src/simulator/account.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { csvOf, manyRows } from "../support/csv-files.ts";
import { cliEnv, messagesOf, runCli, simulatorEnv } from "../support/run-cli.ts";
import { contentBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

/** Control characters of C0 and C1 but the line feed, and marks that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HARMFUL = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

const EVIL = "\u001b[2J\u001b]0;title\u0007\u009b31m\u202e";

test("A run from cron, with its output in files, writes no control character and no secret", async () => {
  const cwd = temporaryFolder();
  put(
    cwd,
    "aliases.csv",
    readFileSync(fileURLToPath(new URL("../../fixtures/aliases.csv", import.meta.url))),
  );
  const env = { NODE_EXTRA_CA_CERTS: "", ...simulatorEnv(await simulatorFor()) };
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  put(cwd, ".env", lines.join(""));
  const { code, stdout, stderr } = await runCli(["import", "aliases.csv", "--verbose", "--json"], { cwd });
  expect(code).toBe(1);
  expect(messagesOf(stderr).length).toBeGreaterThan(10);
  for (const text of [stdout, stderr]) expect(text).not.toMatch(HARMFUL);
  for (const text of [stdout, stderr, contentBelow(join(cwd, "runs"))]) {
    expect(text).not.toContain(SIMULATOR_SETTINGS.clientSecret);
    expect(text).not.toMatch(/Bearer/i);
  }
});

test("An access token that the server repeats in its answers is in no output and no file", async () => {
  const tokens: string[] = [];
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    if (request.url === "/oauth/token") {
      const token = `token-${"x".repeat(30)}-${tokens.length}`;
      tokens.push(token);
      response.end(JSON.stringify({ access_token: token, expires_in: 1799 }));
      return;
    }
    const message = `you sent ${request.headers.authorization} and ${SIMULATOR_SETTINGS.clientSecret}`;
    response.end(
      JSON.stringify({ meta: { status: 200 }, data: [], fail: [{ errors: [{ code: "err_no", message }] }] }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(3));
    const env = simulatorEnv({ url: `http://127.0.0.1:${port}` });
    const { code, stdout, stderr } = await runCli(["import", "a.csv", "--verbose", "--json"], { cwd, env });
    expect(code).toBe(1);
    expect(tokens.length).toBeGreaterThan(0);
    for (const text of [stdout, stderr, contentBelow(join(cwd, "runs"))]) {
      for (const secret of [...tokens, SIMULATOR_SETTINGS.clientSecret]) expect(text).not.toContain(secret);
    }
    expect(stderr).toContain("you sent");
  } finally {
    server.close();
  }
});

test("--quiet writes nothing to standard error on success, even while lanes wait for the quota", async () => {
  const simulator = await simulatorFor({ quota: { calls: 60, windowMs: 300 }, latencyMs: 5 });
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(200));
  expect(await runCli(["import", "a.csv", "--quiet"], { cwd, env: simulatorEnv(simulator) })).toEqual({
    code: 0,
    signal: null,
    stdout: "",
    stderr: "",
  });
  expect(simulator.aliases.size).toBe(200);
});

test("--quiet prints the reason that ends the run as a whole", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(20));
  const env = { ...simulatorEnv(await simulatorFor()), MIMECAST_CLIENT_SECRET: "not-the-secret" };
  const { code, stderr } = await runCli(["import", "a.csv", "--quiet"], { cwd, env });
  expect(code).toBe(77);
  expect(messagesOf(stderr).join("\n")).toMatch(/Mimecast rejected the credentials or permissions/);
  expect(stderr).not.toContain("not-the-secret");
});

test("--json prints the summary, the same as summary.json, and nothing else", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const { code, stdout } = await runCli(["import", "a.csv", "--json"], {
    cwd,
    env: simulatorEnv(await simulatorFor()),
  });
  expect(code).toBe(0);
  const summary: unknown = JSON.parse(stdout);
  expect(summary).toMatchObject({ exitCode: 0, rows: 3, outcomes: { applied: 3 } });
  const name = typeof summary === "object" && summary !== null && "run" in summary ? String(summary.run) : "";
  expect(JSON.parse(readFileSync(join(cwd, "runs", name, "summary.json"), "utf8"))).toEqual(summary);
});

test("Every log record after the start names the run, and those about a row its line and request id", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const env = simulatorEnv(await simulatorFor());
  const { stderr } = await runCli(["import", "a.csv", "--verbose"], { cwd, env });
  const [run] = readdirSync(join(cwd, "runs")).filter((name) => name.endsWith("-a"));
  const records = stderr
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  const from = records.findIndex((record) => JSON.stringify(record).includes("Reading a.csv"));
  expect(from).toBeGreaterThan(0);
  for (const record of records.slice(from)) expect(record).toMatchObject({ run });
  expect(records).toContainEqual(
    expect.objectContaining({ line: 2, attempt: 1, requestId: expect.stringMatching(/./) }),
  );
});

test("Standard output stays empty without --json", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const { stdout } = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv(await simulatorFor()) });
  expect(stdout).toBe("");
});

test("Control characters in addresses and API messages reach neither terminal nor log", async () => {
  const simulator = await simulatorFor({
    faults: [{ alias: "*", kind: "fail", code: `err${EVIL}`, message: `Because ${EVIL}` }],
  });
  const cwd = temporaryFolder();
  put(
    cwd,
    `a${EVIL.slice(0, 3)}.csv`,
    csvOf([
      [`ann${EVIL}@new.example`, "ann@old.example"],
      ["bob@new.example", "bob@old.example"],
    ]),
  );
  const words = ["import", `a${EVIL.slice(0, 3)}.csv`, "--verbose"];
  const { code, stderr } = await runCli(words, { cwd, env: simulatorEnv(simulator) });
  expect(code).toBe(1);
  expect(stderr).toContain("Because");
  expect(stderr).not.toMatch(HARMFUL);
  expect(messagesOf(stderr).join("\n")).not.toMatch(HARMFUL);
});

test("An error that ends the program early contains no control character from a file's name or header", async () => {
  const { code, stderr } = await runCli(["import", `no${EVIL}.csv`], {
    env: simulatorEnv({ url: "http://127.0.0.1:9" }),
  });
  expect(code).toBe(66);
  expect(stderr).not.toMatch(HARMFUL);
  const cwd = temporaryFolder();
  put(cwd, "a.csv", `x${EVIL},y\nann@new.example,ann@old.example\n`);
  const second = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv({ url: "http://127.0.0.1:9" }) });
  expect(second.code).toBe(65);
  expect(second.stderr).not.toMatch(HARMFUL);
});

test("The message about an option with control characters in its value does not contain them", async () => {
  const { code, stderr } = await runCli(["import", "a.csv", `--limit=${EVIL}`], {
    env: simulatorEnv({ url: "http://127.0.0.1:9" }),
  });
  expect(code).toBe(64);
  expect(stderr).not.toMatch(HARMFUL);
});

test("The first ten failures of a code are logged, the rest counted", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(40).replaceAll(/a(\d+)@old\.example/g, "invalid-$1@faults.example"));
  const { stderr } = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv(await simulatorFor()) });
  const told = messagesOf(stderr).filter((message) => message.includes(": failed, "));
  expect(told).toHaveLength(10);
  expect(stderr).toContain("30 more rows with err_validation_invalid_email_address");
});

test("The first line names the ledger and its number of rows, the last ones the files and the command to run next", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a b.csv", manyRows(5));
  const env = simulatorEnv(await simulatorFor());
  const first = messagesOf((await runCli(["import", "a b.csv", "--limit", "2"], { cwd, env })).stderr);
  expect(first[0]).toBe(`Ledger ${join(cwd, "runs", "ledger.db")}: new`);
  expect(first.at(-1)).toBe("  mimecast-bulk import 'a b.csv' --limit 2");
  expect(first.join("\n")).toMatch(/results {4}\S.*results\.csv/);
  const second = messagesOf((await runCli(["import", "a b.csv"], { cwd, env })).stderr);
  expect(second[0]).toBe(`Ledger ${join(cwd, "runs", "ledger.db")}: 2 rows known`);
});

test("The remaining rows of standard input are sent again from a file, because it can't be read twice", async () => {
  const simulator = await simulatorFor();
  const words = ["import", "-", "--limit", "1", "--no-header"];
  const stdin = "ann@new.example,ann@old.example\nbob@new.example,bob@old.example\n";
  const { code, stderr } = await runCli(words, { env: simulatorEnv(simulator), stdin });
  expect(code).toBe(3);
  expect(messagesOf(stderr).at(-1)).toMatch(
    /^ {2}mimecast-bulk import \S+remaining\.csv --limit 1 --no-header$/,
  );
});

test("Records without an alias are counted at the end, and a file of such records has nothing to do", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", "mail,proxyAddresses\nann@new.example,SMTP:ann@new.example\n");
  const { code, stderr } = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv(simulator) });
  expect(code).toBe(0);
  const said = messagesOf(stderr).join("\n");
  expect(said).toMatch(/^0 rows in .*: nothing to do\n {2}also {7}1 record without alias$/m);
});

test("The rows to send are shown as sentences, with the columns used", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", "Alias For,ALIAS\nann@new.example,ann@old.example\n");
  const { stderr } = await runCli(["import", "a.csv"], { cwd, env: simulatorEnv(await simulatorFor()) });
  const said = messagesOf(stderr).join("\n");
  expect(said).toContain("ann@old.example will belong to ann@new.example");
  expect(said).toContain('aliasFor from "Alias For", alias from "ALIAS"');
});

test.runIf(existsSync("/dev/full"))("A closed standard error does not stop a run", async () => {
  const simulator = await simulatorFor();
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(3));
  const full = openSync("/dev/full", "w");
  try {
    const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
    const env = cliEnv(simulatorEnv(simulator));
    // Not awaited here: the simulator lives in this process, so a dry run it is.
    const { status } = spawnSync(process.execPath, [cli, "import", "a.csv", "--dry-run"], {
      cwd,
      env,
      stdio: ["ignore", "ignore", full],
      timeout: 20_000,
    });
    expect(status).toBe(0);
  } finally {
    closeSync(full);
  }
});

import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { SIMULATOR_SETTINGS } from "../../src/simulator/account.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { manyRows } from "../support/csv-files.ts";
import { type CliEnd, runCli, startCli } from "../support/run-cli.ts";
import { contentBelow, filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

type Api = "2.0" | "1.0";

const TOKEN = "to.ken-very_secret~4";

/** With characters that are written in several ways. */
const SETTINGS: Readonly<Record<Api, Readonly<Record<string, string>>>> = {
  "2.0": { MIMECAST_CLIENT_ID: "some-client", MIMECAST_CLIENT_SECRET: "cs+very/secret=1%2" },
  "1.0": {
    MIMECAST_APP_ID: "some-app",
    MIMECAST_APP_KEY: "ak-very-secret-2",
    MIMECAST_ACCESS_KEY: "mYtOkEnAcCeSsKeY+/3",
    MIMECAST_SECRET_KEY: Buffer.from("a secret key of twenty").toString("base64"),
  },
};

function secretsOf(api: Api): string[] {
  const given = Object.values(SETTINGS[api]).filter((value) => !value.startsWith("some-"));
  return api === "2.0" ? [...given, TOKEN] : given;
}

/** In every spelling in which a text may hold it. */
function expectNoSecret(api: Api, ...texts: readonly string[]): void {
  const spellings = secretsOf(api).flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ "": secret }).toString().slice(1),
    Buffer.from(secret).toString("base64"),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("+", "&#43;").replaceAll("&", "&amp;"),
  ]);
  for (const text of texts) {
    for (const spelling of spellings) {
      const at = text.indexOf(spelling);
      expect(at < 0 ? "" : text.slice(Math.max(0, at - 100), at + 100)).toBe("");
    }
    expect(text).not.toMatch(/\b(Bearer [\w.~-]|MC [\w+/]+:)/);
  }
}

/** A server that says in every answer all that it was told, as errors of rows. */
async function parrot(api: Api): Promise<string> {
  let calls = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      if (request.url === "/oauth/token") {
        response.end(JSON.stringify({ access_token: TOKEN, expires_in: 1_799 }));
        return;
      }
      calls += 1;
      const all = `${JSON.stringify(request.headers)} ${secretsOf(api).join(" ")} ${body}`;
      const code = calls % 2 === 0 ? "err_said" : `err_${secretsOf(api).at(-1)}`;
      const fail = [{ errors: [{ code, message: all, retryable: calls % 3 === 0 }] }];
      response.setHeader("x-request-id", `id ${secretsOf(api).join(" ")}`);
      response.end(JSON.stringify({ meta: { status: 200 }, data: [], fail }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

const WORDS = ["import", "a.csv", "--verbose", "--json", "--metrics-file", "metrics.prom"];

describe.each(["2.0", "1.0"] as const)("secrets with API %s", (api) => {
  async function repeated(more: readonly string[] = []): Promise<{ end: CliEnd; cwd: string }> {
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(12));
    const env = { ...SETTINGS[api], MIMECAST_BASE_URL: await parrot(api), HTTPS_PROXY: "" };
    return { end: await runCli([...WORDS, "--max-attempts", "2", ...more], { cwd, env }), cwd };
  }

  test("no secret or token is in an output or file of a run, though the server repeats them all", async () => {
    const { end, cwd } = await repeated();
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("err_said");
    const left = filesBelow(cwd).map((path) => path.split("/").at(-1));
    for (const name of ["report.html", "summary.json", "results.csv", "ledger.db", "metrics.prom"]) {
      expect(left).toContain(name);
    }
    expectNoSecret(api, end.stdout, end.stderr, contentBelow(cwd));
  });

  test("no secret or token is in run.db during a run or after a kill", async () => {
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(200));
    const env = { ...SETTINGS[api], MIMECAST_BASE_URL: await parrot(api) };
    const run = startCli([...WORDS, "--max-rate", "40"], { cwd, env });
    await run.said("err_said");
    await until("run.db", () => filesBelow(cwd).some((path) => path.endsWith("run.db")));
    expectNoSecret(api, contentBelow(cwd));
    run.kill("SIGKILL");
    const { stderr, stdout } = await run.ended;
    expectNoSecret(api, stdout, stderr, contentBelow(cwd));
  });

  test.each([
    ["thrown where nobody catches it", "throw boom();"],
    ["that a promise brings", "void Promise.reject(boom());"],
  ])("no secret is in the stack trace of a crash %s, which exits with 70", async (_, fault) => {
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(500));
    const said = JSON.stringify(`Authorization: Bearer ${TOKEN} and ${secretsOf(api).join(" ")}`);
    const boom = `const boom = () => Object.assign(new Error(${said}), { headers: ${said} });`;
    const script = put(temporaryFolder(), "fault.mjs", `${boom} process.on("SIGUSR2", () => { ${fault} });`);
    const env = {
      ...SETTINGS[api],
      MIMECAST_BASE_URL: await parrot(api),
      NODE_OPTIONS: `--import=${pathToFileURL(script).href}`,
    };
    const run = startCli(["import", "a.csv", "--max-rate", "50"], { cwd, env });
    // By then the program knows the token.
    await run.said("err_said");
    run.kill("SIGUSR2");
    const { code, stderr, stdout } = await run.ended;
    expect(code).toBe(70);
    expect(stderr).toContain("internal error; please report it.");
    expect(stderr).toMatch(/^ +at /m);
    expectNoSecret(api, stderr, stdout);
  });

  test("no secret is in a report that Node writes about the process", async () => {
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(500));
    const env = {
      ...SETTINGS[api],
      MIMECAST_BASE_URL: await parrot(api),
      NODE_OPTIONS: `--report-on-signal --report-signal=SIGUSR2 --report-dir=${cwd}`,
    };
    const run = startCli(["import", "a.csv", "--max-rate", "50"], { cwd, env });
    await run.said("err_said");
    run.kill("SIGUSR2");
    await until("the report", () => filesBelow(cwd).some((path) => /^report\..*\.json$/.test(path)));
    run.kill("SIGTERM");
    await run.ended;
    expectNoSecret(api, contentBelow(cwd));
  });
});

test("The password of an unusable proxy is in no output", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(1));
  const simulator = await simulatorFor();
  const env = {
    MIMECAST_BASE_URL: "https://mimecast.invalid",
    MIMECAST_CLIENT_ID: SIMULATOR_SETTINGS.clientId,
    MIMECAST_CLIENT_SECRET: SIMULATOR_SETTINGS.clientSecret,
    HTTPS_PROXY: `http://user:pass%2Bword-1@127.0.0.1:${simulator.port}`,
  };
  const run = startCli(["import", "a.csv", "--verbose"], { cwd, env });
  await run.said("not applied yet");
  run.kill("SIGTERM");
  const { stderr } = await run.ended;
  for (const text of [stderr, contentBelow(join(cwd, "runs"))]) {
    expect(text).not.toMatch(/pass(%2B|\+)word-1/);
  }
});

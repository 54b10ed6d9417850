import { describe, expect, test } from "vitest";
import { z } from "zod";
import { SIMULATOR_SETTINGS } from "../../src/simulator/account.ts";
import type { SimulatorOptions } from "../../src/simulator/simulator.ts";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { runCli, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const printed = z.object({
  exitCode: z.number(),
  findings: z.array(z.object({ check: z.string(), state: z.string(), message: z.string() })),
});

/** Runs the built program, and gives each finding as `state message`, by what was checked. */
async function checking(env: Readonly<Record<string, string>>, cwd = temporaryFolder()) {
  const { code, stdout, stderr } = await runCli(["check", "--json", "--timeout", "5"], { cwd, env });
  const { exitCode, findings } = printed.parse(JSON.parse(stdout));
  expect(exitCode).toBe(code);
  expect(stderr).toBe("");
  const lineOf = (check: string): string =>
    findings
      .filter((it) => it.check === check)
      .map(({ state, message }) => `${state} ${message}`)
      .join("\n");
  return { code, stdout, lineOf };
}

async function checkingSimulator(options: SimulatorOptions, env: Readonly<Record<string, string>> = {}) {
  const simulator = await simulatorFor(options);
  return { simulator, ...(await checking({ ...simulatorEnv(simulator), ...env })) };
}

/** The settings of API 1.0, with changes. */
function signedEnv(url: string, changes: Readonly<Record<string, string>> = {}) {
  return {
    MIMECAST_BASE_URL: url,
    MIMECAST_APP_ID: SIMULATOR_SETTINGS.appId,
    MIMECAST_APP_KEY: SIMULATOR_SETTINGS.appKey,
    MIMECAST_ACCESS_KEY: SIMULATOR_SETTINGS.accessKey,
    MIMECAST_SECRET_KEY: SIMULATOR_SETTINGS.secretKey,
    ...changes,
  };
}

const FORBIDDEN = {
  kind: "gateway-fail",
  status: 403,
  code: "app_forbidden",
  message: "Not allowed",
} as const;

describe("check", () => {
  test("reports ok for all that works and unknown for what it can't check, and changes nothing", async () => {
    const { code, lineOf, simulator } = await checkingSimulator({ quota: { calls: 800, windowMs: 5_000 } });
    expect(code).toBe(0);
    expect(lineOf("host")).toBe(`ok ${simulator.url} answers, reached directly`);
    expect(lineOf("clock")).toMatch(/^ok /);
    expect(lineOf("credentials")).toBe('ok accepted by API 2.0, "Simulated account"');
    expect(lineOf("import")).toMatch(/^unknown .*Directories \| Groups \| Edit.*shows only when one is set/);
    expect(lineOf("export")).toBe("ok find-groups and get-group-members answer");
    expect(lineOf("verify")).toBe("ok get-internal-domain and get-internal-users answer");
    expect(lineOf("quota")).toMatch(/^ok 800 calls in a window, 795 left, reset in [\d.]+ s$/);
    expect(simulator.aliases.size).toBe(0);
  });

  test("lists each setting with its source, and no secret", async () => {
    const simulator = await simulatorFor();
    const cwd = temporaryFolder();
    const secretFile = put(cwd, "secret.txt", `${SIMULATOR_SETTINGS.clientSecret}\n`);
    put(
      cwd,
      ".env",
      `MIMECAST_CLIENT_SECRET_FILE=${secretFile}\nMIMECAST_TENANT=ours\nHTTPS_PROXY=http://me:hush-proxy@proxy.example:3128\n`,
    );
    const env = { MIMECAST_CLIENT_ID: SIMULATOR_SETTINGS.clientId, MIMECAST_BASE_URL: simulator.url };
    const { code, lineOf, stdout } = await checking(env, cwd);
    expect(code).toBe(0);
    const lines = lineOf("settings").split("\n");
    expect(lines).toContain("ok --timeout=5, from the command line");
    expect(lines).toContain(`ok MIMECAST_CLIENT_ID=${SIMULATOR_SETTINGS.clientId}, from the environment`);
    expect(lines).toContain("ok MIMECAST_TENANT=ours, from .env");
    expect(lines).toContain(
      `ok MIMECAST_CLIENT_SECRET=[redacted], from the file ${secretFile}, named in .env`,
    );
    expect(lines).toContain("ok HTTPS_PROXY=http://[redacted]@proxy.example:3128, from .env");
    expect(stdout).not.toContain(SIMULATOR_SETTINGS.clientSecret);
    expect(stdout).not.toContain("hush");
  });

  test.each(["http://proxy.example:3128", "proxy.example:3128"])(
    "shows a proxy without a password as it was typed: %s",
    async (proxy) => {
      const { code, lineOf } = await checkingSimulator({}, { HTTPS_PROXY: proxy });
      expect(code).toBe(0);
      expect(lineOf("settings")).toContain(`HTTPS_PROXY=${proxy}, from the environment`);
    },
  );

  test.each([
    ["HTTPS_PROXY", "http://me:hu/sh@proxy.example:3128", "proxy.example"],
    ["https_proxy", "http://me:hu#sh@proxy.example:3128", "proxy.example"],
    ["ALL_PROXY", "http://me:hush@proxy.example:port", "proxy.example"],
    ["all_proxy", "http://me:hush@[fd00::1:3128", ""],
    ["HTTPS_PROXY", "http://me:hush", ""],
    ["HTTPS_PROXY", "http://me:hu@sh/a.b//hush", ""],
    ["HTTPS_PROXY", "socks5://me:hush@proxy.example:1080", "proxy.example"],
  ])("shows nothing of a malformed proxy but its host: %s=%s", async (name, value, host) => {
    const { code, lineOf, stdout } = await checkingSimulator({}, { [name]: value });
    expect(code).toBe(78);
    expect(lineOf("settings")).toContain(`failed ${name}: expected the URL of an HTTP proxy`);
    const shown = `${host} (not a usable URL; the rest is not shown)`.trim();
    expect(lineOf("settings")).toContain(`ok ${name.toUpperCase()}=${shown}, from the environment`);
    expect(stdout).not.toMatch(/hu|sh[@/]|me:/);
  });

  test("shows no secret that was set as the path of its file by mistake", async () => {
    const { code, stdout } = await checking({
      MIMECAST_CLIENT_ID: "some-client",
      MIMECAST_CLIENT_SECRET_FILE: "hush+secret/value",
    });
    expect(code).toBe(78);
    expect(stdout).toContain("MIMECAST_CLIENT_SECRET_FILE: the file that it names can't be read (ENOENT");
    expect(stdout).toContain("set MIMECAST_CLIENT_SECRET if you want to give the secret itself");
    expect(stdout).not.toContain("hush");
  });

  test("prints readable lines without --json, and needs no account with --simulate", async () => {
    const { code, stdout, stderr } = await runCli(["check", "--simulate"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok +credentials +accepted/m);
    expect(stdout).toMatch(/^unknown +import /m);
    expect(stderr).toBe("");
  });

  test("checks an account of API 1.0", async () => {
    const simulator = await simulatorFor();
    const { code, lineOf } = await checking(signedEnv(simulator.url));
    expect([code, lineOf("credentials")]).toEqual([0, 'ok accepted by API 1.0, "Simulated account"']);
  });
});

describe("check gives advice and its exit code", () => {
  test("exits with 78 if settings are missing or wrong, lists all of them, and makes no call", async () => {
    const { code, lineOf } = await checking({
      MIMECAST_CLIENT_ID: "me",
      MIMECAST_BASE_URL: "https://me:hush@x.example/?key=hush",
    });
    expect(code).toBe(78);
    expect(lineOf("settings")).toMatch(/failed MIMECAST_CLIENT_SECRET is not set/);
    expect(lineOf("settings")).toMatch(/failed MIMECAST_BASE_URL holds a user name/);
    expect(lineOf("settings")).not.toContain("hush");
    expect(lineOf("host")).toBe("");
  });

  test("exits with 78 if a file of CA certificates can't be used", async () => {
    const cwd = temporaryFolder();
    put(cwd, ".env", `NODE_EXTRA_CA_CERTS=${put(cwd, "ca.pem", "no certificate")}\n`);
    const { code, lineOf } = await checking(simulatorEnv({ url: "http://127.0.0.1:9" }), cwd);
    expect(code).toBe(78);
    expect(lineOf("settings")).toMatch(
      /^failed NODE_EXTRA_CA_CERTS: .*ca\.pem is not a file of certificates in PEM/m,
    );
  });

  test("exits with 78 if there are no settings at all", async () => {
    const { code, stdout } = await runCli(["check"]);
    expect(code).toBe(78);
    expect(stdout).toContain("none is set");
  });

  test("exits with 64 if the command line is wrong", async () => {
    const { code, stderr } = await runCli(["check", "--timeout", "soon"]);
    expect(code).toBe(64);
    expect(stderr).toContain("--timeout");
  });

  test("exits with 77 if the credentials are wrong, and tries them only once", async () => {
    const { code, lineOf, simulator } = await checkingSimulator(
      {},
      { MIMECAST_CLIENT_SECRET: "not-the-secret" },
    );
    expect(code).toBe(77);
    expect(lineOf("host")).toMatch(/^ok /);
    expect(lineOf("credentials")).toMatch(/^failed refused: .*invalid_client.*Check MIMECAST_CLIENT_ID/);
    expect(lineOf("export")).toMatch(/^unknown /);
    expect(simulator.counters.byStatus.get(401)).toBe(1);
  });

  test("exits with 77 if the signature is rejected, and mentions the clock", async () => {
    const simulator = await simulatorFor();
    const { code, lineOf } = await checking(signedEnv(simulator.url, { MIMECAST_SECRET_KEY: "d3Jvbmc=" }));
    expect(code).toBe(77);
    expect(lineOf("credentials")).toMatch(/err_xdk_invalid_signature.*this machine's clock/);
    expect(lineOf("clock")).toMatch(/^ok /);
  });

  test("exits with 77 if access is denied to the calls of export, though others succeed", async () => {
    const { code, lineOf } = await checkingSimulator({
      faults: [{ path: "/api/directory/find-groups", ...FORBIDDEN }],
    });
    expect(code).toBe(77);
    expect(lineOf("credentials")).toMatch(/^ok /);
    expect(lineOf("export")).toMatch(/^failed refused: app_forbidden.*Directories \| Groups \| Read/);
    expect(lineOf("export")).toContain("Services | Directory Sync | Read");
    expect(lineOf("export")).toContain("the keys stay the same");
  });

  test("exits with 0 if access is denied only to what import and export do not need", async () => {
    const faults = ["/api/account/get-account", "/api/domain/get-internal-domain"].map((path) => ({
      path,
      ...FORBIDDEN,
    }));
    const { code, lineOf } = await checkingSimulator({ faults });
    expect(code).toBe(0);
    expect(lineOf("credentials")).toBe("ok accepted by API 2.0");
    expect(lineOf("verify")).toMatch(/^warning refused: app_forbidden/);
  });

  test("exits with 77 if the first call is denied and no later answer can be parsed", async () => {
    const { code, lineOf } = await checkingSimulator({
      faults: [
        { path: "/api/account/get-account", ...FORBIDDEN },
        { path: "/api/directory/find-groups", kind: "html" },
        { path: "/api/domain/get-internal-domain", kind: "html" },
      ],
    });
    expect(code).toBe(77);
    expect(lineOf("export")).toMatch(/^unknown .*invalid_response/);
    expect(lineOf("verify")).toMatch(/^unknown .*invalid_response/);
  });

  test.each([
    [
      401,
      "err_of_its_own",
      /^failed refused: err_of_its_own \(HTTP 401\).* Check the credentials, the region/,
    ],
    [403, "err_of_its_own", /^failed refused: .*Mimecast knows the application, but does not permit it/],
    [418, "err_of_its_own", /^failed refused: .*binding has expired: make new keys/],
  ])("exits with 77 if every call is answered %s, whatever the code", async (status, code, message) => {
    const faults = [{ path: "*", kind: "gateway-fail", status, code, message: "No" }] as const;
    const simulator = await simulatorFor({ faults });
    const end = await checking(signedEnv(simulator.url));
    expect(end.code).toBe(77);
    expect(end.lineOf("credentials")).toMatch(message);
  });

  test("exits with 69 if no connection can be made, or no call succeeds", async () => {
    const { code, lineOf } = await checking(simulatorEnv({ url: "http://127.0.0.1:9" }));
    expect(code).toBe(69);
    expect(lineOf("host")).toMatch(/^failed .*connection_refused.*Check the network/);
    const faults = [{ path: "/api/account/get-account", kind: "html" }] as const;
    const other = await checkingSimulator({ faults });
    expect(other.code).toBe(69);
    expect(other.lineOf("credentials")).toMatch(/^unknown no call gets through: invalid_response/);
  });
});

test.each([404, 407, 408, 421, 425])(
  "a %i from something in front of Mimecast proves no credentials, and the advice says where to look",
  async (status) => {
    const body = "<html><body>default backend</body></html>";
    const simulator = await simulatorFor({ faults: [{ path: "*", kind: "status", status, body }] });
    const { code, lineOf } = await checking(signedEnv(simulator.url));
    expect(code).toBe(69);
    expect(lineOf("credentials")).toMatch(/^unknown no call gets through: .*in front of Mimecast/);
    expect(lineOf("credentials")).toContain("MIMECAST_BASE_URL");
  },
);

test("advises to edit the role of an application without permissions, or to make a new one for a product", async () => {
  const { code, lineOf } = await checkingSimulator({
    faults: ["/api/account/get-account", "/api/directory/find-groups", "/api/domain/get-internal-domain"].map(
      (path) => ({ path, ...FORBIDDEN }),
    ),
  });
  expect(code).toBe(77);
  expect(lineOf("credentials")).toMatch(/edit the role; the keys stay the same.*make a new application/);
});

test("a transient failure is retried before it is reported", async () => {
  const faults = [{ path: "/api/account/get-account", times: 2, kind: "status", status: 503 }] as const;
  const { code, lineOf } = await checkingSimulator({ faults });
  expect(code).toBe(0);
  expect(lineOf("credentials")).toMatch(/^ok /);
});

test("a call that Mimecast rejects on its merits proves the credentials, and its error is shown", async () => {
  const faults = [{ path: "/api/directory/find-groups", kind: "status", status: 400 }] as const;
  const { code, lineOf } = await checkingSimulator({ faults });
  expect(code).toBe(0);
  expect(lineOf("credentials")).toMatch(/^ok /);
  expect(lineOf("export")).toMatch(/^warning find-groups and get-group-members: http_400/);
});

test.each([
  [
    { "X-RateLimit-Limit": "800", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2500" },
    /^warning 800 calls in a window, 0 left, reset in 2\.5 s: other clients use it too/,
  ],
  [{ "X-RateLimit-Remaining": "7" }, /^ok 7 left$/],
  [{ "X-RateLimit-Limit": "800" }, /^ok 800 calls in a window$/],
])("reports the quota that the headers give: %j", async (headers, expected) => {
  const body = '{"meta":{"status":200},"fail":[],"data":[]}';
  const faults = [{ path: "*", kind: "status", status: 200, body, headers }] as const;
  const simulator = await simulatorFor({ faults });
  expect((await checking(signedEnv(simulator.url))).lineOf("quota")).toMatch(expected);
});

test("reports a clock that is off, and what that means for API 1.0", async () => {
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  const body = '{"meta":{"status":200},"fail":[],"data":[]}';
  const faults = [
    { path: "/api/account/get-account", kind: "status", status: 200, body, headers: { Date: date } },
  ] as const;
  const simulator = await simulatorFor({ faults });
  const { code, lineOf } = await checking(signedEnv(simulator.url));
  expect(lineOf("clock")).toMatch(
    /^warning this machine's clock is 36\d\d s ahead of the server's: signatures contain/,
  );
  expect(code).toBe(0);
});

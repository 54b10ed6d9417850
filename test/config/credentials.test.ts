import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readImportConfig } from "../../src/config/import-config.ts";
import { OAUTH_ENV, SIGNED_ENV, surroundings } from "./surroundings.ts";

type Env = Record<string, string | undefined>;
const account = (env: Env, cwd?: string) => readImportConfig({}, surroundings(env, cwd)).account;
const hash = (id: string) => createHash("sha256").update(id).digest("hex").slice(0, 12);

describe("a valid account", () => {
  it("reads an account of API 2.0, in the region global by default", () => {
    const read = account(OAUTH_ENV);
    expect(read).toMatchObject({ loopback: false, credentials: { api: "2.0", clientId: "client-1" } });
    const host = new URL(read?.baseUrl ?? "").hostname;
    expect(read?.tenant).toBe(`${host}/${hash("client-1")}`);
    expect(read?.credentials.api === "2.0" && read.credentials.clientSecret.reveal()).toBe("hush-client");
  });

  it("reads an account of API 1.0", () => {
    const read = account(SIGNED_ENV);
    expect(read).toMatchObject({ credentials: { api: "1.0", appId: "app-1" } });
    if (read?.credentials.api !== "1.0") throw new Error("not 1.0");
    const { appKey, accessKey, secretKey } = read.credentials;
    expect([appKey, accessKey, secretKey].map((it) => it.reveal())).toEqual([
      "hush-app",
      "hush-access",
      "hush-secret",
    ]);
    expect(read.tenant).toMatch(new RegExp(`/${hash("app-1")}$`));
  });

  it("names the account as MIMECAST_TENANT does", () => {
    expect(account({ ...OAUTH_ENV, MIMECAST_TENANT: "corp" })?.tenant).toBe("corp");
  });

  it("accepts the region in any case", () => {
    const uk = account({ ...OAUTH_ENV, MIMECAST_REGION: "UK" })?.baseUrl;
    expect(uk).not.toBe(account(OAUTH_ENV)?.baseUrl);
  });

  it("prefers MIMECAST_BASE_URL to the region", () => {
    const env = { ...OAUTH_ENV, MIMECAST_BASE_URL: "http://127.0.0.1:8787", MIMECAST_REGION: "nowhere" };
    const read = account(env);
    expect(read).toMatchObject({ loopback: true, tenant: `127.0.0.1/${hash("client-1")}` });
    expect(new URL(read?.baseUrl ?? "").host).toBe("127.0.0.1:8787");
  });

  it("reads the account of the API in MIMECAST_API, even if the other's settings are incomplete", () => {
    const { MIMECAST_REGION: _, ...signed } = SIGNED_ENV;
    expect(account({ ...OAUTH_ENV, ...signed, MIMECAST_API: "2.0" })?.credentials.api).toBe("2.0");
    expect(account({ ...OAUTH_ENV, ...SIGNED_ENV, MIMECAST_API: "1.0" })?.credentials.api).toBe("1.0");
    expect(account({ ...OAUTH_ENV, MIMECAST_APP_ID: "x", MIMECAST_API: "2.0" })?.credentials.api).toBe("2.0");
  });
});

describe("an invalid account", () => {
  const without = (env: Env, name: string): Env => ({ ...env, [name]: undefined });
  it.each<[string, Env, RegExp]>([
    ["nothing set", {}, /MIMECAST_CLIENT_ID and MIMECAST_CLIENT_SECRET are not set/],
    ["no secret", without(OAUTH_ENV, "MIMECAST_CLIENT_SECRET"), /^MIMECAST_CLIENT_SECRET is not set/],
    ["an empty secret", { ...OAUTH_ENV, MIMECAST_CLIENT_SECRET: "" }, /^MIMECAST_CLIENT_SECRET is not set/],
    ["no id", without(OAUTH_ENV, "MIMECAST_CLIENT_ID"), /^MIMECAST_CLIENT_ID is not set/],
    [
      "no key",
      without(SIGNED_ENV, "MIMECAST_ACCESS_KEY"),
      /^MIMECAST_ACCESS_KEY is not set, and API 1\.0 needs/,
    ],
    [
      "no region",
      without(SIGNED_ENV, "MIMECAST_REGION"),
      /^MIMECAST_REGION is not set; API 1\.0 needs one of .*eu/,
    ],
    ["both APIs", { ...OAUTH_ENV, ...SIGNED_ENV }, /MIMECAST_API: .*both/],
    ["one and a half", { ...OAUTH_ENV, MIMECAST_APP_ID: "x" }, /MIMECAST_APP_KEY is not set/],
    ["an unknown API", { ...OAUTH_ENV, MIMECAST_API: "3" }, /^MIMECAST_API: expected 2\.0 or 1\.0, got '3'$/],
    ["another API", { ...OAUTH_ENV, MIMECAST_API: "1.0" }, /MIMECAST_APP_ID is not set/],
    [
      "a region of the other API",
      { ...OAUTH_ENV, MIMECAST_REGION: "za" },
      /^MIMECAST_REGION: .*global.*got 'za'$/,
    ],
    ["an unknown region", { ...SIGNED_ENV, MIMECAST_REGION: "moon" }, /^MIMECAST_REGION: .*got 'moon'$/],
    [
      "plain http",
      { ...OAUTH_ENV, MIMECAST_BASE_URL: "http://api.corp.example" },
      /^MIMECAST_BASE_URL is plain http/,
    ],
    [
      "a broken secret",
      { ...OAUTH_ENV, MIMECAST_CLIENT_SECRET: "hush client" },
      /^MIMECAST_CLIENT_SECRET: .*white space/,
    ],
    [
      "an application id with a line break",
      { ...SIGNED_ENV, MIMECAST_APP_ID: "app\r\nhush: 1" },
      /^MIMECAST_APP_ID: .*line break.*copy it again$/,
    ],
    ["a client id with a space", { ...OAUTH_ENV, MIMECAST_CLIENT_ID: "a hush" }, /^MIMECAST_CLIENT_ID: /],
    ["a tenant with a line break", { ...OAUTH_ENV, MIMECAST_TENANT: "our\ntenant" }, /^MIMECAST_TENANT: /],
  ])("reports the variable that is wrong: %s", (_, env, message) => {
    expect(() => account(env)).toThrow(message);
    expect(() => account(env)).toThrow(expect.objectContaining({ name: "RunError", kind: "settings" }));
    expect(() => account(env)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("hush") }),
    );
  });

  it("reports all errors of an account at once", () => {
    const env = { MIMECAST_APP_ID: "x", MIMECAST_REGION: "moon" };
    expect(() => account(env)).toThrow(
      /4 problems:\n.*MIMECAST_APP_KEY.*MIMECAST_ACCESS_KEY.*MIMECAST_SECRET_KEY.*MIMECAST_REGION/s,
    );
  });

  it("ignores an invalid account in a dry run or a simulation", () => {
    expect(readImportConfig({ dryRun: true }, surroundings({})).account).toBeUndefined();
    expect(readImportConfig({ dryRun: true }, surroundings({ MIMECAST_API: "9" })).account).toBeUndefined();
    expect(readImportConfig({ simulate: true }, surroundings({ MIMECAST_API: "9" })).account).toBeUndefined();
  });
});

describe("the settings of the account", () => {
  it("a dry run uses a complete account, a simulation none", () => {
    expect(readImportConfig({ dryRun: true }, surroundings()).account).toBeDefined();
    expect(readImportConfig({ simulate: true }, surroundings()).account).toBeUndefined();
  });

  it.each([
    ["inspected", (it: object) => inspect(it, { depth: 9, showHidden: true })],
    ["serialised", (it: object) => JSON.stringify(it)],
    ["put into a text", (it: object) => Object.values(it).map(String).join()],
  ])("account and credentials show no secret when they are %s", (_, print) => {
    for (const env of [OAUTH_ENV, SIGNED_ENV]) {
      const config = readImportConfig(
        {},
        surroundings({ ...env, HTTPS_PROXY: "http://u:hush-proxy@p.example" }),
      );
      expect(print(config)).not.toContain("hush");
      expect(print(config.account?.credentials ?? {})).toContain("[redacted]");
      expect(print(config.account?.credentials ?? {})).not.toContain("hush");
    }
  });
});

describe("a secret in a file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "config-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it.each(["hush-file", "hush-file\n", "hush-file\r\n"])(
    "reads a secret from a file without the line break at its end: %j",
    async (text) => {
      await writeFile(join(folder, "secret"), text);
      const env = { MIMECAST_CLIENT_ID: "c", MIMECAST_CLIENT_SECRET_FILE: "secret" };
      const credentials = account(env, folder)?.credentials;
      expect(credentials?.api === "2.0" && credentials.clientSecret.reveal()).toBe("hush-file");
    },
  );

  it.each<[string, Env, RegExp]>([
    [
      "that does not exist",
      { MIMECAST_CLIENT_SECRET_FILE: "none" },
      /^MIMECAST_CLIENT_SECRET_FILE: .*ENOENT/,
    ],
    [
      "that is empty",
      { MIMECAST_CLIENT_SECRET_FILE: "empty" },
      /^MIMECAST_CLIENT_SECRET_FILE: the file is empty/,
    ],
    ["with two lines", { MIMECAST_CLIENT_SECRET_FILE: "two" }, /^MIMECAST_CLIENT_SECRET_FILE: .*white space/],
    [
      "whose variable is set as well",
      { MIMECAST_CLIENT_SECRET_FILE: "two", MIMECAST_CLIENT_SECRET: "hush" },
      /^MIMECAST_CLIENT_SECRET and MIMECAST_CLIENT_SECRET_FILE are both set/,
    ],
  ])("reports a secret file %s as one error, without the secret", async (_, env, message) => {
    await writeFile(join(folder, "empty"), "\n");
    await writeFile(join(folder, "two"), "hush\nhush\n");
    const read = () => account({ MIMECAST_CLIENT_ID: "c", ...env }, folder);
    expect(read).toThrow(message);
    expect(read).toThrow(expect.not.objectContaining({ message: expect.stringMatching(/hush|problems/) }));
  });
});

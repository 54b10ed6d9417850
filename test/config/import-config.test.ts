import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv, promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allVariables } from "../../src/config/environment.ts";
import { type ImportFlags, readImportConfig } from "../../src/config/import-config.ts";
import { NOW_EPOCH_MS, OAUTH_ENV, surroundings } from "./surroundings.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "config-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const put = (name: string, text: string | Buffer) => writeFile(join(folder, name), text);
const tenant = (env: Record<string, string>, envFile?: string[]) => {
  const flags = envFile === undefined ? {} : { envFile };
  return readImportConfig(flags, surroundings({ ...OAUTH_ENV, ...env }, folder)).account?.tenant;
};

describe("variables", () => {
  it("reads variables from .env in the working directory", async () => {
    await put(".env", "# the account\nMIMECAST_TENANT=from-dotenv\n");
    expect(tenant({})).toBe("from-dotenv");
  });

  it("reads the variable below a line with white space alone, white space at its end, or a comment", async () => {
    for (const line of [
      " \t",
      "  # the account",
      " \r",
      "MIMECAST_REGION= ",
      "export MIMECAST_REGION=\t\r",
    ]) {
      await put(".env", `${line}\nMIMECAST_TENANT=from-dotenv\n`);
      expect(tenant({})).toBe("from-dotenv");
    }
  });

  it("prefers the environment to .env, unless the variable is empty there", async () => {
    await put(".env", "MIMECAST_TENANT=from-dotenv\n");
    expect(tenant({ MIMECAST_TENANT: "from-env" })).toBe("from-env");
    expect(tenant({ MIMECAST_TENANT: "" })).toBe("from-dotenv");
  });

  it("reads the files of --env-file instead of .env, the last one first", async () => {
    await put(".env", "MIMECAST_TENANT=from-dotenv\n");
    await put("one.env", "MIMECAST_TENANT=one\nMIMECAST_REGION=uk\n");
    await put("two.env", "MIMECAST_TENANT=two\n");
    expect(tenant({}, ["one.env"])).toBe("one");
    expect(tenant({}, ["one.env", "two.env"])).toBe("two");
    expect(tenant({}, ["two.env", join(folder, "one.env")])).toBe("one");
    await put("three.env", "");
    expect(tenant({}, ["three.env"])).not.toBe("from-dotenv");
  });

  it("prefers a secret's file in the environment to its value in .env", async () => {
    await put(".env", "MIMECAST_CLIENT_SECRET=of-dotenv\n");
    await put("secret", "of-file\n");
    const env = { MIMECAST_CLIENT_ID: "c", MIMECAST_CLIENT_SECRET_FILE: "secret" };
    const credentials = readImportConfig({}, surroundings(env, folder)).account?.credentials;
    expect(credentials?.api === "2.0" && credentials.clientSecret.reveal()).toBe("of-file");
  });

  it("reads a file with a byte order mark", async () => {
    await put(".env", "\ufeffMIMECAST_TENANT=marked\r\n");
    expect(tenant({})).toBe("marked");
  });

  it("reads proxy variables by their lower-case names, too", () => {
    const env = { ...OAUTH_ENV, https_proxy: "proxy.example:3128", NO_PROXY: "localhost", NO_COLOR: "1" };
    const config = readImportConfig({}, surroundings(env, folder));
    expect(config.network.httpsProxy?.reveal()).toBe("proxy.example:3128");
    expect(config).toMatchObject({
      noColor: true,
      network: { noProxy: "localhost", extraCaCertsFile: undefined },
    });
  });
});

describe("an invalid file of variables", () => {
  it("reports an --env-file that does not exist", () => {
    expect(() => tenant({}, ["none.env"])).toThrow(/^--env-file none\.env: the file can't be read: ENOENT/);
    expect(() => tenant({}, ["none.env"])).toThrow(expect.objectContaining({ kind: "settings" }));
  });

  it("accepts a missing .env, and a folder of that name", async () => {
    expect(tenant({ MIMECAST_TENANT: "t" })).toBe("t");
    await mkdir(join(folder, ".env"));
    expect(tenant({ MIMECAST_TENANT: "t" })).toBe("t");
  });

  it("reports a file in UTF-16", async () => {
    await put(".env", Buffer.from("\ufeffMIMECAST_TENANT=t\n", "utf16le"));
    expect(() => tenant({})).toThrow(/^\.env: the file is not text in UTF-8/);
  });

  it("reports a line without a variable, which would hide the next one, and does not show it", async () => {
    await put(".env", "# fine\nhush-hush\nMIMECAST_TENANT=t\n");
    expect(() => tenant({})).toThrow(/^\.env: line 2 is not NAME=value$/);
  });

  it("reports a missing quotation mark, which joins several lines, and shows none of them", async () => {
    await put(".env", 'MIMECAST_REGION="uk\nMIMECAST_CLIENT_SECRET="hush"\nMIMECAST_TENANT=t\n');
    expect(() => tenant({})).toThrow(
      /^\.env: the value of MIMECAST_REGION has several lines; is a quotation mark missing\?$/,
    );
    await put(".env", `OTHERS_KEY="of\nseveral lines"\nMIMECAST_TENANT=t\n`);
    expect(tenant({})).toBe("t");
  });

  it("reports an invalid proxy URL and does not show it, because it may contain a password", () => {
    expect(() => tenant({ HTTPS_PROXY: "ftp://u:hush@x" })).toThrow(
      /^HTTPS_PROXY: expected the URL of an HTTP proxy, such as [^@:]+:\/\/proxy\.corp\.example:3128; [^@]*@ as [%\d\w ,]+$/,
    );
  });
});

describe("several errors", () => {
  it("reports errors in options and in variables at once, as a usage error", () => {
    const reading = () => {
      const env = { MIMECAST_CLIENT_ID: "c", MIMECAST_REGION: "moon" };
      return readImportConfig(
        { concurrency: "0", deadline: "x", envFile: ["none.env"] },
        surroundings(env, folder),
      );
    };
    expect(reading).toThrow(expect.objectContaining({ kind: "usage" }));
    expect(reading).toThrow(
      /^5 problems:\n {2}- --concurrency: .*\n {2}- --deadline: .*--env-file.*MIMECAST_CLIENT_SECRET.*MIMECAST_REGION/s,
    );
  });

  it("reports errors in variables in a dry run, except those in credentials", () => {
    expect(() => readImportConfig({ dryRun: true, envFile: ["none"] }, surroundings({}, folder))).toThrow(
      /--env-file/,
    );
  });
});

describe("the configuration", () => {
  it("the configuration is frozen", () => {
    const config = readImportConfig({ skipDomain: ["a.example"] }, surroundings(OAUTH_ENV, folder));
    for (const it of [config, config.columns, config.skipDomains, config.network, config.account ?? {}]) {
      expect(Object.isFrozen(it)).toBe(true);
    }
  });

  it(".env.example has every variable and can be copied unchanged", async () => {
    const example = await readFile(new URL("../../.env.example", import.meta.url), "utf8");
    const variables = parseEnv(example);
    expect(Object.keys(variables).toSorted()).toEqual([...allVariables()].toSorted());
    expect(Object.values(variables).every((value) => value === "")).toBe(true);
  });

  it("Node parses .env files without printing a warning", async () => {
    const host = 'require("node:util").parseEnv("A=1")';
    const { stderr } = await promisify(execFile)(process.execPath, ["-e", host], { env: {} });
    expect(stderr).toBe("");
  });
});

const read = (flags: ImportFlags) => readImportConfig(flags, surroundings());

describe("an import's options", () => {
  it("options have their defaults", () => {
    expect(read({})).toMatchObject({
      dryRun: false,
      simulate: false,
      limitRows: undefined,
      columns: {},
      noHeader: false,
      headerLine: undefined,
      delimiter: undefined,
      skipDomains: [],
      concurrency: 64,
      maxRatePerSecond: undefined,
      quotaReservePercent: 10,
      maxAttempts: 6,
      timeoutMs: 30_000,
      maxFailures: undefined,
      deadlineEpochMs: undefined,
      allow: new Set(),
      inPlaceCodes: new Set(),
      resendBeforeEpochMs: undefined,
      outDir: "/nonexistent/runs",
      json: false,
      quiet: false,
      verbose: false,
    });
  });

  it.each<[ImportFlags, object]>([
    [{ limit: "10" }, { limitRows: 10 }],
    [
      { columns: "aliasFor=Primary,alias=Old mail" },
      { columns: { aliasFor: "Primary", aliases: ["Old mail"] } },
    ],
    [
      { columns: "alias = Mail, old , ALIASFOR=New" },
      { columns: { aliasFor: "New", aliases: ["Mail, old"] } },
    ],
    [
      { columns: "aliasFor=Primary,alias=Old, or new,alias=Older" },
      { columns: { aliasFor: "Primary", aliases: ["Old, or new", "Older"] } },
    ],
    [{ columns: "aliasFor=Primary" }, { columns: { aliasFor: "Primary" } }],
    [
      { header: false, columns: "alias=3" },
      { noHeader: true, columns: { aliases: ["3"] } },
    ],
    [{ delimiter: ";" }, { delimiter: ";" }],
    [{ encoding: "cp850" }, { encoding: "cp850" }],
    [{ encoding: " IBM437 " }, { encoding: "cp437" }],
    [{ encoding: "850" }, { encoding: "cp850" }],
    [{ encoding: "dos-437" }, { encoding: "cp437" }],
    [{ delimiter: "tab" }, { delimiter: "\t" }],
    [{ delimiter: "\\t" }, { delimiter: "\t" }],
    [{ delimiter: "\t" }, { delimiter: "\t" }],
    [
      { skipDomain: ["A.example,*.b.example", "c.example"] },
      { skipDomains: ["a.example", "*.b.example", "c.example"] },
    ],
    [{ concurrency: "256" }, { concurrency: 256 }],
    [{ maxRate: "25" }, { maxRatePerSecond: 25 }],
    [{ quotaReserve: "0" }, { quotaReservePercent: 0 }],
    [{ quotaReserve: "25%" }, { quotaReservePercent: 25 }],
    [{ maxAttempts: "1" }, { maxAttempts: 1 }],
    [{ timeout: "2.5" }, { timeoutMs: 2500 }],
    [{ maxFailures: "100" }, { maxFailures: { kind: "count", count: 100 } }],
    [{ maxFailures: "2.5%" }, { maxFailures: { kind: "percent", percent: 2.5 } }],
    [{ deadline: "90s" }, { deadlineEpochMs: NOW_EPOCH_MS + 90_000 }],
    [{ allow: ["move,chain"] }, { allow: new Set(["move", "chain"]) }],
    [{ allow: ["move", "move"] }, { allow: new Set(["move"]) }],
    [{ inPlaceCode: ["err_a", "err_b,err_c"] }, { inPlaceCodes: new Set(["err_a", "err_b", "err_c"]) }],
    [{ resendBefore: "1d" }, { resendBeforeEpochMs: NOW_EPOCH_MS - 86_400_000 }],
    [{ out: "elsewhere" }, { outDir: "/nonexistent/elsewhere" }],
    [{ out: "/abs" }, { outDir: "/abs" }],
    [{ simulate: true }, { simulate: true, outDir: "/nonexistent/runs/simulated" }],
    [
      { dryRun: true, json: true, quiet: true },
      { dryRun: true, json: true, quiet: true },
    ],
    [{ verbose: true }, { verbose: true }],
  ])("parses options: %j", (flags, expected) => {
    expect(read(flags)).toMatchObject(expected);
  });
});

describe("an invalid option", () => {
  it.each<[ImportFlags, RegExp]>([
    [{ limit: "0" }, /^--limit: expected a whole number, at least 1, got '0'$/],
    [{ limit: "1e3" }, /^--limit: /],
    [{ columns: "Primary,Old" }, /^--columns: expected aliasFor=NAME,alias=NAME, got 'Primary,Old'$/],
    [{ columns: "aliasFor=a,aliasFor=b" }, /^--columns: /],
    [{ headerLine: "0" }, /^--header-line: expected a whole number from 1/],
    [{ header: false, headerLine: "2" }, /^--header-line and --no-header exclude each other/],
    [{ columns: "alias=" }, /^--columns: /],
    [{ header: false, columns: "alias=mail" }, /^--columns: with --no-header expected .*POSITION/],
    [{ delimiter: ";;" }, /^--delimiter: expected one character/],
    [{ delimiter: '"' }, /^--delimiter: /],
    [{ delimiter: "a" }, /^--delimiter: /],
    [{ delimiter: "" }, /^--delimiter: /],
    [{ skipDomain: ["a.example", "@b.example"] }, /^--skip-domain: .*got '@b\.example'$/],
    [{ concurrency: "0" }, /^--concurrency: expected a whole number from 1 to 256, got '0'$/],
    [{ concurrency: "257" }, /^--concurrency: /],
    [{ concurrency: "8.5" }, /^--concurrency: /],
    [{ maxRate: "0.5" }, /^--max-rate: expected a whole number from 1/],
    [{ maxRate: "fast" }, /^--max-rate: /],
    [{ quotaReserve: "100" }, /^--quota-reserve: expected a percentage from 0 to 99, got '100'$/],
    [{ maxAttempts: "0" }, /^--max-attempts: /],
    [{ timeout: "0" }, /^--timeout: /],
    [{ timeout: "-1" }, /^--timeout: /],
    [{ maxFailures: "0" }, /^--max-failures: expected a number of rows/],
    [{ maxFailures: "101%" }, /^--max-failures: /],
    [{ maxFailures: "0%" }, /^--max-failures: /],
    [{ deadline: "2020-01-01T00:00Z" }, /^--deadline: .*in the past/],
    [{ deadline: "tomorrow" }, /^--deadline: expected a time such as/],
    [{ allow: ["moves"] }, /^--allow: expected move or chain, got 'moves'$/],
    [{ inPlaceCode: ["not a code"] }, /^--in-place-code: /],
    [{ resendBefore: "later" }, /^--resend-before: /],
    [{ out: "" }, /^--out: expected a folder/],
    [{ quiet: true, verbose: true }, /^--quiet and --verbose exclude each other/],
  ])("reports an invalid option by name and value: %j", (flags, message) => {
    expect(() => read(flags)).toThrow(message);
    expect(() => read(flags)).toThrow(expect.objectContaining({ name: "RunError", kind: "usage" }));
  });
});

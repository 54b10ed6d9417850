import { inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readImportConfig } from "../../src/config/import-config.ts";
import { readVerifyConfig } from "../../src/config/verify-config.ts";
import { RunError } from "../../src/domain/run-error.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";
import { NOW_EPOCH_MS } from "./surroundings.ts";

/** Part of every secret of these tests, so that any that is told can be found. */
const SECRET = "hush";
const SECRETS = ["MIMECAST_CLIENT_SECRET", "MIMECAST_APP_KEY", "MIMECAST_ACCESS_KEY", "MIMECAST_SECRET_KEY"];
const OTHERS = [
  ...["MIMECAST_CLIENT_ID", "MIMECAST_APP_ID", "MIMECAST_API", "MIMECAST_REGION", "MIMECAST_BASE_URL"],
  ...["MIMECAST_TENANT", "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS", "NO_COLOR", "__proto__", "PATH"],
];

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.constantFrom(
    "",
    " ",
    "2.0",
    "1.0",
    "eu",
    "global",
    "https://eu-api.mimecast.com",
    "http://127.0.0.1:9",
    "//",
    "%",
  ),
);
const secret = fc.oneof(
  fc.constantFrom(`${SECRET}-1`, `${SECRET} 2`, `${SECRET}#3`, `${SECRET}-\u00e9`, ""),
  oddText.map((text) => `${SECRET}${text}`),
);
const quotation = fc.constantFrom("", "", "", '"', "'", "`");
/** A line of a `.env` file: quoted by half, without a sign of equality, or as it should be. */
const line = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom("", "export ", " "),
        fc.oneof(
          fc.tuple(fc.constantFrom(...SECRETS), secret),
          fc.tuple(fc.constantFrom(...SECRETS.map((name) => `${name}_FILE`), ...OTHERS), oddText),
        ),
        fc.constantFrom("=", "=", "=", " = ", " ", ":"),
        quotation,
        quotation,
      )
      .map(([before, [name, value], sign, open, close]) => `${before}${name}${sign}${open}${value}${close}`),
  },
  { weight: 1, arbitrary: secret },
  { weight: 1, arbitrary: oddText },
  { weight: 1, arbitrary: fc.constantFrom("# a comment", "", `# ${SECRET}`) },
);
const envText = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"), fc.constantFrom("", "\ufeff"))
  .map(([lines, end, mark]) => `${mark}${lines.join(end)}`);
const env = fc.dictionary(fc.constantFrom(...SECRETS), secret, { maxKeys: 2 }).chain((some) => {
  return fc
    .dictionary(fc.constantFrom(...OTHERS), oddText, { maxKeys: 2 })
    .map((more) => ({ ...some, ...more }));
});

const value = fc.oneof(
  oddText,
  fc.constantFrom(
    "0",
    "1",
    "-1",
    "1e3",
    "99999999999999999999",
    "5%",
    "06:00",
    "2h30m",
    "now",
    "2026-02-31",
    "30d",
  ),
  fc.constantFrom(
    "aliasFor=a,alias=b",
    "aliasFor=1",
    ";",
    "tab",
    "utf-8",
    "utf-7",
    "move",
    "*.x.example",
    "err_x",
  ),
);
const values = fc.array(value, { maxLength: 3 });
const flags = fc.record(
  {
    ...{
      columns: value,
      delimiter: value,
      encoding: value,
      concurrency: value,
      maxRate: value,
      quotaReserve: value,
    },
    ...{ rowsPerRequest: value, maxAttempts: value, timeout: value, maxFailures: value, deadline: value },
    ...{ resendBefore: value, out: value, limit: value, metricsFile: value },
    ...{ skipDomain: values, allow: values, inPlaceCode: values },
    ...{
      header: fc.boolean(),
      dryRun: fc.boolean(),
      json: fc.boolean(),
      quiet: fc.boolean(),
      verbose: fc.boolean(),
    },
    simulate: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** What reading settings comes to: all of them, or what is wrong with which; and nothing else is ever thrown. */
function told(read: () => object): string {
  try {
    const config = read();
    return `${JSON.stringify(config)}\n${inspect(config, { depth: 9, showHidden: true })}`;
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    expect(["usage", "settings"]).toContain(error.kind);
    // Each names the option or the variable that it is about.
    for (const problem of error.message.split("\n  - ").slice(error.message.includes("\n  - ") ? 1 : 0)) {
      expect(problem).toMatch(/^(--[a-z]|[A-Z][A-Z_]+|\.env)/);
    }
    return error.message;
  }
}

test("any .env file, environment and flags are settings or errors, and no error shows a secret", () => {
  const cwd = temporaryFolder();
  fc.assert(
    fc.property(envText, env, fc.oneof(fc.constant({}), flags), (text, variables, given) => {
      put(cwd, ".env", text);
      const surroundings = { env: variables, cwd, nowEpochMs: NOW_EPOCH_MS };
      const words = [
        told(() => readImportConfig(given, surroundings)),
        told(() => readImportConfig({ dryRun: true, envFile: [".env", ".env"] }, surroundings)),
        told(() => readVerifyConfig({}, surroundings)),
      ].join("\n");
      expect(words).not.toContain(SECRET);
      expect(words).not.toContain("line 0");
    }),
    { numRuns: 2_000, interruptAfterTimeLimit: 10_000 },
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { csvOf } from "../support/csv-files.ts";
import { runCli } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

/** Part of every secret here, so that any that is told can be found. */
const SECRET = "hush-hush";
const ROWS = csvOf([
  ["aliasFor", "alias"],
  ["ann@new.example", "ann@old.example"],
]);

// What could be no argument of a process, a NUL, is no word either.
const oddText = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => !text.includes("\0"));
const value = fc.oneof(
  oddText,
  fc.constantFrom(
    "",
    "0",
    "-1",
    "5",
    "1e9",
    "5%",
    "now",
    "aliasFor=1,alias=2",
    "tab",
    "utf-8",
    "a.csv",
    "-",
    "--",
  ),
);
/** Not those that name a place to write to. */
const option = fc.constantFrom(
  ...[
    "--limit",
    "--columns",
    "--no-header",
    "--header-line",
    "--delimiter",
    "--encoding",
    "--skip-domain",
    "--concurrency",
  ],
  ...["--max-rate", "--quota-reserve", "--rows-per-request", "--max-attempts", "--timeout", "--max-failures"],
  ...[
    "--deadline",
    "--allow",
    "--in-place-code",
    "--resend-before",
    "--json",
    "--quiet",
    "--verbose",
    "--env-file",
  ],
  ...["--help", "--no-such-option", "-x", "--simulate"],
);
const words = fc.array(
  fc.oneof(
    option,
    value,
    fc.tuple(option, value).map(([name, it]) => `${name}=${it}`),
  ),
  {
    maxLength: 6,
  },
);
const envText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        `MIMECAST_CLIENT_SECRET=${SECRET}`,
        `MIMECAST_CLIENT_SECRET="${SECRET}`,
        SECRET,
        "NO_COLOR=1",
      ),
      fc
        .tuple(fc.constantFrom("MIMECAST_REGION", "MIMECAST_CLIENT_ID", "HTTPS_PROXY"), oddText)
        .map(([name, text]) => `${name}=${text}`),
      oddText,
    ),
    { maxLength: 5 },
  )
  .map((lines) => lines.join("\n"));

/** Exit codes that a dry run may have. */
const CODES = [0, 1, 64, 65, 66, 78];

test("any command line and any .env file end without a crash, a stack trace or a secret", async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", ROWS);
  await fc.assert(
    fc.asyncProperty(words, envText, fc.boolean(), async (typed, env, isUnknown) => {
      put(cwd, ".env", env);
      // First of all, so that no other option takes it for its value, and nothing is ever sent.
      const command = isUnknown ? typed : ["import", "--dry-run", "a.csv", ...typed];
      const { code, signal, stdout, stderr } = await runCli(command, { cwd });
      // Node looks for the file of --env-file itself, before the program begins.
      if (code === 9 && /^\S*node(\.exe)?: .*: not found\s*$/s.test(stderr)) return;
      const said = `${stdout}\n${stderr}`;
      expect([signal, CODES.includes(code ?? -1) ? "in order" : code, said]).toEqual([
        null,
        "in order",
        said,
      ]);
      expect(said).not.toMatch(/^\s+at .*[:(]/m);
      expect(said).not.toContain(SECRET);
      if (code !== 0 && code !== 1) expect(said).not.toBe("\n");
    }),
    { numRuns: 25, interruptAfterTimeLimit: 15_000 },
  );
});

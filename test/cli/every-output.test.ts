import { createServer, type Server } from "node:http";
import { pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { manyRows } from "../support/csv-files.ts";
import { runCli } from "../support/run-cli.ts";
import { contentBelow, filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";
import { WAYS_OF_WRITING } from "../support/ways-of-writing.ts";

const TOKEN = "eyJ0b2tlbi.very+secret/4~x";
const CLIENT_SECRET = `cs+very/sec&"ret'=1%2`;
const PROXY_PASSWORD = "prOxy+pass/word&7";
const SECRETS = [TOKEN, CLIENT_SECRET, PROXY_PASSWORD];
const WAYS = Object.values(WAYS_OF_WRITING);

/** Beginnings long enough to tell a secret by, and every form of the whole. */
const FORMS = SECRETS.flatMap((secret) => [secret.slice(0, 8), ...WAYS.map((write) => write(secret))]);

function expectNoSecret(text: string): void {
  for (const form of FORMS) {
    const at = text.indexOf(form);
    expect(at < 0 ? "" : `${form} in: ${text.slice(Math.max(0, at - 100), at + 100)}`).toBe("");
  }
}

/** What a hostile server says: every secret in every form, each time another form first, once in a place to be cut. */
function said(count: number): string {
  const turned = WAYS.map((_, index) => WAYS[(index + count) % WAYS.length]);
  const all = SECRETS.map((_, index) => SECRETS[(index + count) % SECRETS.length] ?? "").flatMap((secret) =>
    turned.map((write) => write?.(secret)),
  );
  const filler = count % 4 === 0 ? " ".repeat(9_990) : "x".repeat((count * 7) % 290);
  return `${filler}${all.join(" ")}`;
}

/** Answers every call with what it must not repeat, in each shape that an answer can have. */
async function hostileServer(): Promise<string> {
  let count = 0;
  const server: Server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.url === "/oauth/token") {
        response.end(JSON.stringify({ access_token: TOKEN, expires_in: 1_799 }));
        return;
      }
      count += 1;
      const text = said(count);
      response.setHeader("x-request-id", encodeURIComponent(text.trim()).slice(0, 90 + (count % 20)));
      const fail = [{ errors: [{ code: `err_${text.trim()}`, message: text, retryable: false }] }];
      if (count % 5 === 1) response.end(JSON.stringify({ meta: { status: 200 }, data: [], fail }));
      else if (count % 5 === 2) response.end(`<html>${text}`);
      else if (count % 5 === 3) response.writeHead(503).end(text);
      else if (count % 5 === 4)
        response.writeHead(302, { location: `https://${text.length}.example/` }).end();
      else response.writeHead(400).end(JSON.stringify({ fail, [text.slice(0, 300)]: text }));
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

/** Writes down, as the program ends, what Node reports of it and the environment that its child would have. */
const WITNESS = `
  import { execFileSync } from "node:child_process";
  import { writeFileSync } from "node:fs";
  process.on("exit", () => {
    process.report.writeReport("node-report.json");
    const env = { ...process.env, NODE_OPTIONS: "" };
    writeFileSync("child.txt", execFileSync(process.execPath, ["-p", "JSON.stringify(process.env)"], { env }));
  });
`;

const COMMANDS = [
  ["import", "a.csv", "--verbose", "--json", "--metrics-file", "m.prom", "--max-attempts", "2"],
  ["import", "a.csv", "--dry-run", "--json"],
  ["import", "a.csv", "--simulate", "--verbose"],
  ["import", "a.csv", "--in-place-code", "x", "--concurrency", "many"],
  ["verify", "a.csv", "--json", "--max-attempts", "2"],
  ["export", "--all-groups", "--output", "members.csv", "--max-attempts", "2"],
  ["groups", "--json", "--max-attempts", "2"],
  ["check", "--timeout", "5"],
  ["check", "--json", "--timeout", "5"],
  ["--help"],
] as const;

type Source = (secrets: Readonly<Record<string, string>>) => {
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
};

/** Where the settings may come from. Nothing that is searched holds them. */
const SOURCES: Readonly<Record<string, Source>> = {
  "the environment": (secrets) => ({ env: secrets, words: [] }),
  "a file of variables": (secrets) => {
    const lines = Object.entries(secrets).map(([name, value]) => `${name}=\`${value}\`\n`);
    return { env: {}, words: ["--env-file", put(temporaryFolder(), "settings", lines.join(""))] };
  },
  "a file of its own": ({ MIMECAST_CLIENT_SECRET = "", ...others }) => ({
    env: { ...others, MIMECAST_CLIENT_SECRET_FILE: put(temporaryFolder(), "secret", MIMECAST_CLIENT_SECRET) },
    words: [],
  }),
};

describe.each(Object.entries(SOURCES))("No form of a secret from %s is written", (_source, settings) => {
  test.each(COMMANDS.map((words) => [words.join(" "), words] as const))(
    "no form of a secret is written by %s",
    async (_name, command) => {
      const cwd = temporaryFolder();
      put(cwd, "a.csv", manyRows(12));
      const proxy = `http://ann:${encodeURIComponent(PROXY_PASSWORD)}@proxy.example:3128`;
      const { env, words } = settings({ MIMECAST_CLIENT_SECRET: CLIENT_SECRET, HTTPS_PROXY: proxy });
      const witness = put(temporaryFolder(), "witness.mjs", WITNESS);
      const { stdout, stderr } = await runCli([...command, ...(command[0] === "--help" ? [] : words)], {
        cwd,
        env: {
          ...env,
          MIMECAST_CLIENT_ID: "some-client",
          MIMECAST_BASE_URL: await hostileServer(),
          npm_config_https_proxy: words.length === 0 ? proxy : "",
          NODE_OPTIONS: `--import=${pathToFileURL(witness).href}`,
        },
      });
      const left = filesBelow(cwd);
      expect(left).toContain("node-report.json");
      expect(left).toContain("child.txt");
      for (const text of [stdout, stderr, contentBelow(cwd)]) expectNoSecret(text);
    },
  );
});

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { codeBlock, codeBlocksOf } from "../support/code-blocks.ts";
import { CLI } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const DOCS = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));

/** Languages of code blocks that a test in this folder checks. */
const CHECKED = ["crontab", "dockerfile", "ini", "logrotate", "sh", "yaml"];

test.each(["scheduling.md", "scale.md"])("A test checks every code block of docs/%s", (page) => {
  const languages = codeBlocksOf(page).map(({ language }) => language);
  expect(languages.filter((language) => !CHECKED.includes(language))).toEqual([]);
});

test.skipIf(process.platform === "win32").each(DOCS)("The shell parses the commands of docs/%s", (page) => {
  for (const { language, text } of codeBlocksOf(page)) {
    if (language !== "sh") continue;
    const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  }
});

test("logrotate rotates the log as docs/scheduling.md configures it", ({ skip }) => {
  const isThere = spawnSync("logrotate", ["--version"]).status === 0;
  if (!isThere) skip("needs logrotate");
  const folder = temporaryFolder();
  put(folder, "import.log", "{}\n");
  const { username } = userInfo();
  const group = spawnSync("id", ["-gn"], { encoding: "utf8" }).stdout.trim();
  const text = codeBlock("scheduling.md", "logrotate")
    .replace("/var/lib/mimecast-bulk", folder)
    .replace("su mimecast-bulk mimecast-bulk", `su ${username} ${group}`);
  const words = ["--force", "--state", join(folder, "state"), put(folder, "configuration", text)];
  const { status, stderr } = spawnSync("logrotate", words, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(readdirSync(folder)).toContain("import.log.1");
});

describe.each(["README.md", ...DOCS.map((name) => `docs/${name}`)])("The page %s", (page) => {
  test(`${page} links only to files that exist`, () => {
    const text = readFileSync(join(ROOT, page), "utf8");
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) => link);
    const broken = links.filter(
      (link) => !/^https?:/.test(link) && !existsSync(join(ROOT, dirname(page), link)),
    );
    expect(broken).toEqual([]);
  });
});

/** Returns the options in the help of all commands. */
function knownOptions(): Set<string> {
  const helpOf = (words: readonly string[]): string =>
    spawnSync(process.execPath, [CLI, ...words, "--help"], { encoding: "utf8" }).stdout;
  const commands = [...helpOf([]).matchAll(/^ {2}(\w+) /gm)].map(([, name = ""]) => name);
  expect(commands).toContain("import");
  const texts = [[], ...commands.filter((name) => name !== "help").map((name) => [name])].map(helpOf);
  return new Set(texts.flatMap((text) => text.match(/--[a-z][\w-]*/g) ?? []));
}

test("The commands in the documentation use options that the program has", () => {
  const known = knownOptions();
  const commands = ["README.md", ...DOCS.map((name) => `docs/${name}`)].flatMap((page) => {
    const text = readFileSync(join(ROOT, page), "utf8");
    return [
      ...text.matchAll(
        /(?<!install.*)mimecast-bulk (?:import|export|verify|check|groups|simulate)\b[^\n`;>|]*/g,
      ),
    ];
  });
  expect(commands.length).toBeGreaterThan(10);
  const options = commands.flatMap(([command]) => command.match(/(?<=\s)--[a-z][\w-]*/g) ?? []);
  expect(options.length).toBeGreaterThan(10);
  expect([...new Set(options)].filter((option) => !known.has(option))).toEqual([]);
});

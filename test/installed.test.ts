import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { z } from "zod";
import { manyRows } from "./support/csv-files.ts";
import { filesBelow, put, temporaryFolder } from "./support/temporary-folder.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const isWindows = process.platform === "win32";
const manifest = z
  .object({ version: z.string(), devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));
const packReport = z.tuple([
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
]);

const npm = async (words: readonly string[], cwd: string): Promise<string> => {
  // npm is a .cmd file on Windows, which only a shell runs. No word here has a space in it.
  const { stdout } = await promisify(execFile)("npm", [...words], { cwd, shell: isWindows, timeout: 90_000 });
  return stdout;
};

/** `npm pack` of what is built; its own build would take the program away from other tests. */
async function packInto(folder: string) {
  const report = await npm(["pack", "--ignore-scripts", "--json", "--pack-destination", folder], ROOT);
  const [{ filename, files }] = packReport.parse(JSON.parse(report));
  return { filename, paths: files.map(({ path }) => path).sort() };
}

test("The package holds the program and its documentation, and nothing else", {
  timeout: 60_000,
}, async () => {
  const { paths } = await packInto(temporaryFolder());
  const sources = filesBelow(join(ROOT, "src")).map((path) => path.replaceAll("\\", "/"));
  const host = sources
    .filter((path) => !path.endsWith(".d.ts") && !path.endsWith(".md") && path !== "demo.ts")
    .map((path) => `dist/${path.replace(/\.ts$/, ".js")}`);
  const pages = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  const docs = pages.map((name) => `docs/${name}`);
  const others = [".env.example", "CHANGELOG.md", "LICENSE", "README.md", "package.json"];
  expect(paths).toEqual([...host, ...docs, ...others].sort());
});

test("Installed into an empty folder without development packages, the command works", {
  timeout: 120_000,
}, async ({ skip }) => {
  const folder = temporaryFolder();
  const { filename } = await packInto(folder);
  put(folder, "package.json", '{ "private": true }');
  try {
    const quick = ["--prefer-offline", "--fetch-retries=0", "--no-audit", "--no-fund", "--ignore-scripts"];
    await npm(["install", `./${filename}`, "--omit=dev", ...quick], folder);
  } catch (error) {
    if (/ENOTCACHED|ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT/.test(String(error)))
      skip("npm's cache does not hold all packages, and there is no network");
    throw error;
  }
  const installed = readdirSync(join(folder, "node_modules"));
  expect(installed).toContain("mimecast-bulk");
  for (const name of ["typescript", "vitest", "fast-check"]) {
    expect(Object.keys(manifest.devDependencies)).toContain(name);
    expect(installed).not.toContain(name);
  }
  put(folder, "a.csv", manyRows(5));
  const command = join(folder, "node_modules", ".bin", isWindows ? "mimecast-bulk.cmd" : "mimecast-bulk");
  const run = (words: readonly string[]) =>
    promisify(execFile)(command, [...words], {
      cwd: folder,
      shell: isWindows,
      env: { PATH: process.env["PATH"] ?? "" },
    });
  expect((await run(["--version"])).stdout.trim()).toBe(manifest.version);
  expect((await run(["--help"])).stdout).toContain("import");
  const { stdout } = await run(["import", "a.csv", "--simulate", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    exitCode: 0,
    outcomes: { applied: 5 },
    tool: { version: manifest.version },
  });
  expect(existsSync(join(folder, "runs", "simulated", "ledger.db"))).toBe(true);
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/**
 * Runs the whole suite under other releases of Node than the one at hand, on Linux: `npm run nodes`, or
 * `npm run nodes -- 24 test/engine` for one of them and some of the tests. Each release comes as a package that holds
 * nothing but its program and runs nothing at its installation, into a temporary folder that is removed afterwards.
 */
const RELEASES = ["22", "24"];

const given = process.argv.slice(2);
const releases = given.filter((word) => /^\d+$/.test(word));
const filters = given.filter((word) => !/^\d+$/.test(word));

const folder = mkdtempSync(join(tmpdir(), "mimecast-bulk-nodes-"));
try {
  const failed = (releases.length > 0 ? releases : RELEASES).filter((release) => !passes(release));
  if (failed.length > 0) {
    console.error(`The suite fails under Node ${failed.join(" and ")}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} release */
function passes(release) {
  const home = join(folder, release);
  const name = `node-linux-${process.arch}@${release}`;
  if (!run("npm", ["install", "--ignore-scripts", "--prefix", home, name])) return false;
  const bin = join(home, "node_modules", `node-linux-${process.arch}`, "bin");
  // First in the path, as tests start programs by the name of node too.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"]}` };
  console.log(`Node ${release}:`);
  run(join(bin, "node"), ["--version"], env);
  return run(join(bin, "node"), ["node_modules/vitest/vitest.mjs", "run", ...filters], env);
}

/** @param {string} program @param {string[]} words */
function run(program, words, env = process.env) {
  const { status, error } = spawnSync(program, words, { env, stdio: "inherit" });
  if (error !== undefined) throw error;
  return status === 0;
}

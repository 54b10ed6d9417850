import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { CLI } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const coverage = z.object({ result: z.array(z.object({ url: z.string() })) });

/** The npm packages that the program loads, as V8 saw it. */
function packagesLoadedBy(words: readonly string[]): string[] {
  const folder = temporaryFolder();
  const { status } = spawnSync(process.execPath, [CLI, ...words], {
    env: { PATH: process.env["PATH"] ?? "", NODE_V8_COVERAGE: folder },
    cwd: temporaryFolder(),
  });
  expect(status).toBe(0);
  const urls = readdirSync(folder).flatMap((name) =>
    coverage.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))).result.map(({ url }) => url),
  );
  expect(urls.some((url) => url.endsWith("/dist/cli.js"))).toBe(true);
  const names = urls.map((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))];
}

test.each([
  [["--help"]],
  [["--version"]],
  [["import", "--help"]],
  [["export", "--help"]],
  [["verify", "--help"]],
])(
  "%j loads only the modules that read the command line, so that it starts nearly as fast as Node itself",
  (words) => {
    expect(packagesLoadedBy(words)).toEqual(["commander"]);
  },
);

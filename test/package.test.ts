import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const lockText = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
const { packages } = lockFile.parse(JSON.parse(lockText));

describe("the lock file", () => {
  test("holds every package of every platform, as npm ci refuses one that does not", () => {
    const missing = Object.entries(packages).flatMap(([name, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (optional) =>
          packages[`node_modules/${optional}`] === undefined &&
          packages[`${name}/node_modules/${optional}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
    expect(Object.entries(packages).filter(([, { version }]) => version === undefined)).toEqual([]);
  });

  test("holds no package that compiles or downloads when it is installed", () => {
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(scripted.map(([name]) => name)).toEqual([]);
  });

  test("leaves it to npm's settings where packages come from", () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});

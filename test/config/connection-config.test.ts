import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  CONNECTION_OPTIONS,
  type ConnectionFlags,
  readConnectionConfig,
} from "../../src/config/connection-config.ts";
import { RunError } from "../../src/domain/run-error.ts";
import { surroundings } from "./surroundings.ts";

const flagsOfACommand = z.object({ ...CONNECTION_OPTIONS, size: z.string().default("large") });

function read(flags: ConnectionFlags & { size?: string }, env?: Record<string, string>) {
  return readConnectionConfig(flagsOfACommand, flags, surroundings(env), (options, problems) => {
    if (options.size === "none") problems.usage("--size: none is no size");
  });
}

function problemOf(act: () => unknown): RunError {
  try {
    act();
  } catch (error) {
    if (error instanceof RunError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("readConnectionConfig", () => {
  test("reads the command's own options and the connection, with the defaults of import", () => {
    const { options, connection } = read({});
    expect(options.size).toBe("large");
    expect(connection).toMatchObject({
      maxRatePerSecond: undefined,
      quotaReservePercent: 10,
      maxAttempts: 6,
      timeoutMs: 30_000,
      noColor: false,
      account: { baseUrl: "https://api.services.mimecast.com", loopback: false },
    });
  });

  test("reads no account with --simulate, whatever the environment contains", () => {
    expect(read({ simulate: true }).connection.account).toBeUndefined();
    expect(read({ simulate: true }, {}).connection.account).toBeUndefined();
  });

  test("reports all errors at once, as a usage error if one of them is in an option", () => {
    const error = problemOf(() => read({ timeout: "soon", maxRate: "0" }, {}));
    expect(error.kind).toBe("usage");
    expect(error.message).toMatch(/^3 problems:.*--max-rate.*--timeout.*MIMECAST_CLIENT_ID/s);
    expect(problemOf(() => read({}, {})).kind).toBe("settings");
    expect(problemOf(() => read({ size: "none" })).message).toBe("--size: none is no size");
    expect(problemOf(() => read({ quiet: true, verbose: true })).message).toMatch("--quiet and --verbose");
  });

  test("returns settings that print without their secrets", () => {
    expect(JSON.stringify(read({}))).not.toContain("hush");
  });
});

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EXIT } from "../../src/domain/exit-code.ts";
import { metricsText, type RunEnding } from "../../src/report/metrics.ts";
import { summaryOf } from "./parts.ts";

const PROMTOOL = "/usr/bin/promtool";
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

const GOOD: RunEnding = {
  folder: '/srv/runs "of" \\ tonight',
  startedAtEpochMs: NOW_MS - 90_500,
  endedAtEpochMs: NOW_MS,
  exitCode: EXIT.ok,
  summary: summaryOf(
    { applied: 7, unchanged: 3 },
    {
      calls: {
        total: 12,
        byStatus: { 200: 8, 429: 2, 503: 1 },
        retries: 1,
        rateLimited: 2,
        failed: 1,
        quotaWaitMs: 2_500,
      },
    },
  ),
};
const FAILED: RunEnding = { ...GOOD, exitCode: EXIT.locked, summary: undefined };

/** Returns the value of each line that isn't a comment, without the label that all of them have. */
async function valuesOf(ending: RunEnding, before = ""): Promise<Record<string, number>> {
  const text = await metricsText(ending, before);
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => {
        const [, name = "", own = "", value] =
          /^mimecast_bulk_import_(\w+)\{(?:(\w+="[^"]*"),)?out=".*"\} (\S+)$/.exec(line) ?? [];
        return [own === "" ? name : `${name} ${own}`, Number(value)];
      }),
  );
}

describe("the metrics of the last import", () => {
  it("give the end, duration, outcomes and calls of the import", async () => {
    expect(await valuesOf(GOOD)).toMatchObject({
      last_run_timestamp_seconds: NOW_MS / 1_000,
      last_run_duration_seconds: 90.5,
      last_run_exit_code: 0,
      last_success_timestamp_seconds: NOW_MS / 1_000,
      'last_run_rows outcome="applied"': 7,
      'last_run_rows outcome="unchanged"': 3,
      'last_run_rows outcome="failed"': 0,
      'last_run_calls status="200"': 8,
      'last_run_calls status="429"': 2,
      'last_run_calls status="503"': 1,
      'last_run_calls status="none"': 1,
      last_run_retries: 1,
      last_run_quota_wait_seconds: 2.5,
    });
  });

  it("keep the time of the last success when later runs fail", async () => {
    const first = await metricsText(GOOD, "");
    const second = await metricsText({ ...FAILED, endedAtEpochMs: NOW_MS + 60_000 }, first);
    const third = await valuesOf({ ...FAILED, endedAtEpochMs: NOW_MS + 120_000 }, second);
    expect(third).toMatchObject({
      last_run_exit_code: 75,
      last_run_timestamp_seconds: NOW_MS / 1_000 + 120,
      last_success_timestamp_seconds: NOW_MS / 1_000,
    });
  });

  it.each(["", "something else", "mimecast_bulk_import_last_success_timestamp_seconds{} soon"])(
    "have 0 as the last success if the earlier file is %j",
    async (before) => {
      expect(await valuesOf(FAILED, before)).toMatchObject({
        last_success_timestamp_seconds: 0,
        'last_run_rows outcome="applied"': 0,
        'last_run_calls status="none"': 0,
      });
    },
  );

  it.skipIf(!existsSync(PROMTOOL)).each([
    ["a success", GOOD],
    ["a failure", FAILED],
  ])(`pass ${PROMTOOL} for %s (skipped if it is not installed)`, async (_, ending) => {
    const input = await metricsText(ending, "");
    const { status, stdout, stderr } = spawnSync(PROMTOOL, ["check", "metrics"], {
      input,
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

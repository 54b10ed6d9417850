import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/cli/system-clock.ts";
import { Shutdown } from "../../src/engine/shutdown.ts";
import { planImport } from "../../src/import-aliases/plan-import.ts";
import { runImport } from "../../src/import-aliases/run-import.ts";
import { jobOf, SILENT_VIEW } from "../support/corridor.ts";
import { manyRows } from "../support/csv-files.ts";

const channels: MessageChannel[] = [];

afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close();
});

/**
 * Rules whose being looked at, which is done in planning, makes a stop come by the event loop, as a signal does that
 * arrives while queries leave it no turn.
 */
function stoppingRules(shutdown: Shutdown) {
  const channel = new MessageChannel();
  channels.push(channel);
  let isSent = false;
  channel.port1.on("message", () =>
    shutdown.drainNow({ kind: "signal", signal: "SIGINT", message: "by SIGINT" }),
  );
  return {
    get allowMove() {
      if (!isSent) channel.port2.postMessage("now");
      isSent = true;
      return false;
    },
    allowChain: false,
  };
}

describe("A signal during planning", () => {
  test("A signal during planning ends an import before anything is sent, and leaves nothing behind", async () => {
    const shutdown = new Shutdown();
    const job = { ...jobOf(manyRows(100)), planning: stoppingRules(shutdown) };
    const updateAliases = () => Promise.reject(new Error("a call was made"));
    const parts = { clock: systemClock, random: Math.random, view: SILENT_VIEW, client: { updateAliases } };
    expect(await runImport(job, parts, shutdown)).toBeUndefined();
    expect(shutdown.reasons).toHaveLength(1);
    expect(readdirSync(job.folder)).toEqual(["ledger.db"]);
  });

  test("A signal during planning ends a dry run without a plan", async () => {
    const shutdown = new Shutdown();
    const job = { ...jobOf(manyRows(100)), planning: stoppingRules(shutdown) };
    expect(await planImport(job, { clock: systemClock, view: SILENT_VIEW }, shutdown)).toBeUndefined();
    expect(readdirSync(job.folder)).toEqual([]);
  });
});

test("A signal while the plan is written ends a dry run without a plan", async () => {
  const shutdown = new Shutdown();
  const job = jobOf(manyRows(20_000));
  let sawFile = false;
  const view = {
    ...SILENT_VIEW,
    planned: () => {
      const looking = setInterval(() => {
        sawFile ||= readdirSync(job.folder).some((run) => existsSync(join(job.folder, run, "plan.csv.part")));
        if (!sawFile) return;
        clearInterval(looking);
        shutdown.drainNow({ kind: "signal", signal: "SIGINT", message: "by SIGINT" });
      }, 0);
    },
  };
  expect(await planImport(job, { clock: systemClock, view }, shutdown)).toBeUndefined();
  expect(sawFile).toBe(true);
  expect(readdirSync(job.folder)).toEqual([]);
});

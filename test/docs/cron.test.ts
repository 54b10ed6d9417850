import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { codeBlock } from "../support/code-blocks.ts";
import { manyRows } from "../support/csv-files.ts";
import { pingService } from "../support/ping-service.ts";
import { CLI, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const CRONTAB = codeBlock("scheduling.md", "crontab");
const PRUNE =
  "find runs -mindepth 1 -maxdepth 1 -type d -mtime +90 ! -exec test -e {}/run.db \\; -exec rm -r {} +";
const started: ChildProcess[] = [];

afterEach(() => {
  for (const cron of started.splice(0)) cron.kill();
});

/**
 * Runs cron in a mount namespace with its own lock and with this crontab only, so that the machine's own cron and its
 * crontabs are neither read nor changed.
 */
const IN_ITS_OWN_WORLD = `
  mount -t tmpfs tmpfs /run &&
  mount --bind "$1" /var/spool/cron/crontabs &&
  mount --bind "$2" /etc/cron.d &&
  mount --bind /dev/null /etc/crontab &&
  exec cron -f
`;

/** Returns why cron can't run here; undefined if it can. */
function whyNoCron(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "cron is run by root on Linux only";
  const parts = [
    "/usr/sbin/cron",
    "/usr/bin/curl",
    "/var/spool/cron/crontabs",
    "/etc/cron.d",
    "/etc/crontab",
  ];
  const missing = parts.filter((path) => !existsSync(path));
  if (missing.length > 0) return `${missing.join(", ")} is missing: needs the packages cron and curl`;
  const mayMount = spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/run"]).status === 0;
  return mayMount ? undefined : "needs the right to mount";
}

const obstacle = whyNoCron();

describe("The crontab of docs/scheduling.md", () => {
  test("cron accepts the crontab of docs/scheduling.md", ({ skip }) => {
    if (obstacle !== undefined) skip(obstacle);
    const file = put(temporaryFolder(), "crontab", CRONTAB);
    const { stderr, status } = spawnSync("crontab", ["-n", file], { encoding: "utf8" });
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "The syntax of the crontab file was successfully checked.\n",
    });
  });

  test.for([
    ["aliases.csv", "/your-check/0"],
    ["some-invalid.csv", "/your-check/1"],
    ["missing.csv", "/your-check/66"],
  ] as const)(
    "cron runs the crontab on %s, pings %s, and prunes old runs",
    async ([input, pinged], { skip }) => {
      if (obstacle !== undefined) skip(obstacle);
      const simulator = await simulatorFor();
      const service = await pingService();
      const home = placeWith(simulatorEnv(simulator));
      const old = oldRun(home, "20200101T023000000Z-aliases");
      startCron(
        CRONTAB.replaceAll("/var/lib/mimecast-bulk", home)
          .replaceAll("/etc/mimecast-bulk", home)
          .replaceAll("/srv/mimecast-bulk/aliases.csv", join(home, input))
          .replace("PATH=", `PATH=${join(home, "bin")}${delimiter}`)
          .replace("https://hc-ping.example", service.url)
          // `@reboot`, in place of the time, makes cron run the line once, at its start.
          .replaceAll(/^(?:[\d*/,-]+ ){5}/gm, "@reboot "),
      );
      await until("the ping", () => service.pings.length > 0, 25_000);
      expect(service.pings).toEqual([pinged]);
      await until("the old run is gone", () => !existsSync(old));
      if (input === "aliases.csv") expect(simulator.aliases.size).toBe(5);
    },
  );
});

test.skipIf(process.platform === "win32")(
  "The documented command for pruning keeps the ledger, recent runs and killed runs",
  () => {
    const home = temporaryFolder();
    oldRun(home, "20200101T023000000Z-old");
    const killed = oldRun(home, "20200102T023000000Z-killed");
    put(killed, "run.db", "");
    utimesSync(killed, 0, 0);
    mkdirSync(join(home, "runs", "20261122T214500123Z-young"));
    put(home, "runs/ledger.db", "");
    utimesSync(join(home, "runs", "ledger.db"), 0, 0);
    for (const text of [
      CRONTAB,
      codeBlock("import.md", "sh", "-mtime"),
      codeBlock("scheduling.md", "ini", "-mtime"),
    ])
      expect(text).toContain(PRUNE);
    expect(spawnSync("sh", ["-c", PRUNE], { cwd: home }).status).toBe(0);
    const kept = ["20200102T023000000Z-killed", "20261122T214500123Z-young", "ledger.db"];
    expect(readdirSync(join(home, "runs")).sort()).toEqual(kept);
  },
);

/** Creates the folder of an old run. */
function oldRun(home: string, name: string): string {
  const folder = join(home, "runs", name);
  mkdirSync(folder, { recursive: true });
  put(folder, "results.csv", "");
  utimesSync(folder, 0, 0);
  return folder;
}

/** Creates a folder with the command, its settings and inputs. */
function placeWith(env: Readonly<Record<string, string>>): string {
  const home = temporaryFolder();
  mkdirSync(join(home, "bin"));
  put(home, "bin/mimecast-bulk", `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
  chmodSync(join(home, "bin", "mimecast-bulk"), 0o755);
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  put(home, "settings.env", lines.join(""));
  put(home, "aliases.csv", manyRows(5));
  put(home, "some-invalid.csv", `${manyRows(5)}nobody,nothing\n`);
  return home;
}

function startCron(crontab: string): void {
  const folder = temporaryFolder();
  for (const name of ["crontabs", "cron.d"]) mkdirSync(join(folder, name));
  put(folder, "crontabs/root", crontab);
  chmodSync(join(folder, "crontabs", "root"), 0o600);
  const words = [
    "--mount",
    "sh",
    "-c",
    IN_ITS_OWN_WORLD,
    "sh",
    join(folder, "crontabs"),
    join(folder, "cron.d"),
  ];
  started.push(spawn("unshare", words, { stdio: "ignore" }));
}

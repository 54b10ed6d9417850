import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { codeBlock } from "../support/code-blocks.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const SERVICE = codeBlock("scheduling.md", "ini", "[Service]");
const TIMER = codeBlock("scheduling.md", "ini", "[Timer]");

const analyze = (words: readonly string[]) => spawnSync("systemd-analyze", [...words], { encoding: "utf8" });
const version = Number(/systemd (\d+)/.exec(analyze(["--version"]).stdout ?? "")?.[1] ?? 0);
/** Credentials have a path (`%d`) since 250, and `security` takes a file since then as well. */
const obstacle = version >= 250 ? undefined : "needs systemd-analyze 250 or newer";

/** Writes the units into a folder, with a program where the service expects one. */
function units(service = SERVICE) {
  const folder = temporaryFolder();
  const host = put(folder, "mimecast-bulk", "#!/bin/sh\n");
  chmodSync(host, 0o755);
  const text = service
    .replaceAll("/usr/local/bin/mimecast-bulk", host)
    // systemd-analyze checks that this program exists, and it may not be installed here.
    .replaceAll("/usr/bin/curl", "/bin/sh");
  return {
    service: put(folder, "mimecast-bulk.service", text),
    timer: put(folder, "mimecast-bulk.timer", TIMER),
  };
}

describe("The units of docs/scheduling.md", () => {
  test("systemd accepts the units of docs/scheduling.md without a warning", ({ skip }) => {
    if (obstacle !== undefined) skip(obstacle);
    const { service, timer } = units();
    const { status, stderr, stdout } = analyze(["verify", "--man=no", service, timer]);
    expect({ status, warnings: aboutOurs(stderr + stdout) }).toEqual({ status: 0, warnings: [] });
  });

  test("systemd reports a mistake in the units of docs/scheduling.md", ({ skip }) => {
    if (obstacle !== undefined) skip(obstacle);
    const { service } = units(SERVICE.replace("ProtectSystem=strict", "ProtectSytem=strict"));
    expect(aboutOurs(analyze(["verify", "--man=no", service]).stderr).join()).toContain("ProtectSytem");
  });

  test("the unit of docs/scheduling.md has an exposure that systemd calls OK", ({ skip }) => {
    if (obstacle !== undefined) skip(obstacle);
    const { service } = units();
    // Tenths: 9.6 is a unit without any protection, below 2 systemd calls it OK.
    const { status, stdout } = analyze([
      "security",
      "--offline=yes",
      "--threshold=20",
      "--no-pager",
      service,
    ]);
    expect({ status, rating: stdout.trim().split("\n").at(-1) }).toMatchObject({ status: 0 });
  });

  test("the timer of docs/scheduling.md runs at 02:30", ({ skip }) => {
    if (obstacle !== undefined) skip(obstacle);
    const [, when = ""] = /^OnCalendar=(.*)$/m.exec(TIMER) ?? [];
    const { status, stdout } = analyze(["calendar", when]);
    expect(status).toBe(0);
    expect(stdout).toContain("Normalized form: *-*-* 02:30:00");
  });

  test("the unit of docs/scheduling.md keeps the secret out of the environment and the command line", () => {
    expect(SERVICE).toContain("MIMECAST_CLIENT_SECRET_FILE=%d/client-secret");
    expect(SERVICE).toContain("LoadCredential=client-secret:");
    expect(SERVICE).not.toMatch(/MIMECAST_CLIENT_SECRET=/);
  });
});

/** Returns the lines about our units: systemd-analyze may also report other units of the machine. */
function aboutOurs(output: string): string[] {
  return output.split("\n").filter((line) => line.includes("mimecast-bulk"));
}

import { chmodSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodeForError, exitCodeForRun } from "../../src/domain/exit-code.ts";
import { NO_OUTCOMES } from "../../src/domain/outcome.ts";
import { RunError } from "../../src/domain/run-error.ts";
import { DEFAULT_BREAKER } from "../../src/engine/circuit-breaker.ts";
import { Shutdown, StoppedError } from "../../src/engine/shutdown.ts";
import type { Fault } from "../../src/simulator/faults/fault.ts";
import { realPause, until } from "../support/clocks.ts";
import { type ExportChanges, exporting, withGroups } from "../support/exporting.ts";
import { modeOf, put, temporaryFolder } from "../support/temporary-folder.ts";

const FORMER = "the former export\n";

/** Exports over a file that is there, in vain; returns the error. The file is as it was, and nothing is beside it. */
async function failing(
  simulator: Awaited<ReturnType<typeof withGroups>>,
  changes: ExportChanges = {},
): Promise<RunError> {
  const path = put(temporaryFolder(), "members.csv", FORMER);
  const error = await exporting(simulator, { pageSize: 10, ...changes, path }).catch(
    (error: unknown) => error,
  );
  expect(readFileSync(path, "utf8")).toBe(FORMER);
  expect(readdirSync(dirname(path))).toEqual(["members.csv"]);
  if (error instanceof RunError) return error;
  throw error;
}

describe("an incomplete export keeps the previous file and names the page and the group", () => {
  test.each<[string, Fault, number]>([
    ["a page fails permanently", { group: "B", page: 2, kind: "fail", code: "err_some" }, 1],
    ["a page fails each time", { group: "B", page: 2, kind: "status", status: 500 }, 1],
    ["a page holds no list", { group: "B", page: 2, kind: "meta-status", metaStatus: 207 }, 1],
    ["a page is never answered", { group: "B", page: 2, kind: "drop" }, 69],
  ])("fails if %s", async (_title, fault, exitCode) => {
    const simulator = await withGroups([
      { name: "A", members: 95 },
      { name: "B", members: 95 },
    ]);
    simulator.setFaults([fault]);
    const error = await failing(simulator, { reading: { concurrency: 1 } });
    expect(error.message).toMatch(/^group 'B' \([\w-]{16}…\), page 2: /);
    expect(exitCodeForError(error.kind)).toBe(exitCode);
  });

  test("fails if access to a page is denied", async () => {
    const simulator = await withGroups([{ name: "B", members: 95 }]);
    simulator.setFaults([
      { group: "B", page: 2, kind: "gateway-fail", status: 403, code: "app_forbidden", message: "no" },
    ]);
    const shutdown = new Shutdown();
    const breaker = { ...DEFAULT_BREAKER, probeBaseMs: 2, probeCeilingMs: 20, giveUpAfterDeniedMs: 50 };
    await expect(failing(simulator, { shutdown, reading: { breaker } })).rejects.toMatchObject({
      name: "StoppedError",
      at: expect.stringMatching(/^group 'B' .*, page 2$/),
    });
    expect(exitCodeForRun(shutdown.reasons, NO_OUTCOMES)).toBe(77);
  });

  test("fails if a token repeats", async () => {
    const simulator = await withGroups([{ name: "A", members: 95, quirks: { repeatsTokenAt: 3 } }]);
    const error = await failing(simulator);
    expect(error.message).toMatch(
      /^group 'A' .*, page 3: its token for the next page repeats an earlier one/,
    );
    expect(exitCodeForError(error.kind)).toBe(1);
  });

  test("fails if the count contradicts what was read, five times", async () => {
    const simulator = await withGroups([{ name: "A", members: 95, quirks: { totalCount: 94 } }]);
    const error = await failing(simulator);
    expect(error.message).toMatch(
      /^group 'A' .*, page 10: it is the last one, and 95 members were read, but totalCount is 94, also when read again: none of 5 readings was complete/,
    );
    expect(exitCodeForError(error.kind)).toBe(1);
  });

  test.each([
    [
      "a member leaves in each reading",
      { leavesAfter: 1 },
      /page 2: totalCount is 94 here, and was 95 on page 1/,
    ],
    [
      "a member joins in each reading",
      { joinsAfter: 2 },
      /page 3: totalCount is 96 here, and was 95 on page 2/,
    ],
    ["a member comes twice in each reading", { repeatsItemAt: 4 }, /member30@company\.example came twice/],
    [
      "the list has no end",
      { endless: true },
      /page 12: 115 members were read, more than a page beyond totalCount, which is 95/,
    ],
  ])("fails if %s", async (_title, quirks, message) => {
    const simulator = await withGroups([{ name: "A", members: 95, quirks }]);
    const error = await failing(simulator);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^group 'A' .*, also when read again: none of 5 readings was complete/);
    expect(exitCodeForError(error.kind)).toBe(1);
  });

  test("fails if a list without an end and without a count begins again", async () => {
    const quirks = { endless: true, totalCount: "absent" } as const;
    const error = await failing(await withGroups([{ name: "A", members: 95, quirks }]), { pageSize: 500 });
    expect(error.message).toMatch(/member1@company\.example came twice among the members/);
  });

  test("fails if the list of groups can't be read", async () => {
    const simulator = await withGroups([]);
    simulator.setFaults([
      { path: "/api/directory/find-groups", kind: "status", status: 404, body: '{"fail":[]}' },
    ]);
    const error = await failing(simulator);
    expect(error.message).toMatch(/^the list of groups \(cloud\), page 1: http_404/);
    expect(exitCodeForError(error.kind)).toBe(1);
  });

  test("fails as unreachable if something in front of Mimecast answers in its place", async () => {
    const simulator = await withGroups([]);
    simulator.setFaults([{ path: "/api/directory/find-groups", kind: "status", status: 404 }]);
    const error = await failing(simulator);
    expect(error.message).toMatch(/http_404.*in front of Mimecast/);
    expect(exitCodeForError(error.kind)).toBe(69);
  });

  test("fails if a group is not known, and lists similar ones", async () => {
    const simulator = await withGroups([{ name: "Sales Europe", members: 1 }]);
    const error = await failing(simulator, { groups: ["Sales"] });
    expect(error.message).toMatch(/^no group has the name or id 'Sales'. Similar groups:\n {2}Sales Europe/);
    expect(exitCodeForError(error.kind)).toBe(66);
  });

  test("fails if all groups are requested and there are none", async () => {
    const error = await failing(await withGroups([]), { groups: "all" });
    expect(error.message).toMatch(/^the account has no groups/);
    expect(exitCodeForError(error.kind)).toBe(66);
  });

  test("fails if it is stopped", async () => {
    const simulator = await withGroups([{ name: "A", members: 10_000 }], { latencyMs: 20 });
    const shutdown = new Shutdown();
    setTimeout(() => shutdown.drainNow({ kind: "signal", signal: "SIGINT", message: "by SIGINT" }), 150);
    await expect(failing(simulator, { shutdown })).rejects.toBeInstanceOf(StoppedError);
  });

  test("fails if the credentials are wrong", async () => {
    const simulator = await withGroups([]);
    simulator.setFaults([{ path: "/oauth/token", kind: "status", status: 401, body: "no" }]);
    const shutdown = new Shutdown();
    await expect(failing(simulator, { shutdown })).rejects.toBeInstanceOf(StoppedError);
    expect(shutdown.reasons).toMatchObject([{ kind: "refused" }]);
  });
});

describe("member counts", () => {
  test.each([1, 4])(
    "cause a second reading if they contradict once, without a duplicate member (concurrency %i)",
    async (concurrency) => {
      const quirks = { totalCount: 7, totalCountReads: 1 };
      const simulator = await withGroups([
        { name: "A", members: 95, quirks },
        { name: "B", members: 5, quirks },
      ]);
      const { records, members, told } = await exporting(simulator, {
        pageSize: 10,
        reading: { concurrency },
      });
      expect(records.map(({ group }) => group)).toEqual([...Array(95).fill("A"), ...Array(5).fill("B")]);
      expect(new Set(records.map(({ group, name }) => `${group} ${name}`)).size).toBe(100);
      expect(members).toBe(100);
      expect(told).toEqual(expect.arrayContaining(["again A", "again B"]));
    },
  );

  test.each([
    ["leaves", { leavesAfter: 1 }],
    ["joins", { joinsAfter: 1 }],
    ["comes twice", { repeatsItemAt: 2 }],
  ])("cause up to five readings if a member %s meanwhile, and no member is lost", async (_title, quirks) => {
    const simulator = await withGroups([{ name: "A", members: 10, quirks: { ...quirks, restlessReads: 4 } }]);
    const { members, records, told } = await exporting(simulator, { pageSize: 5 });
    expect(new Set(records.map(({ emailAddress }) => emailAddress)).size).toBe(10);
    expect(members).toBe(10);
    expect(told).toEqual([...Array(4).fill("again A"), "read A"]);
  });

  test("cause a warning if those of find-groups differ, because groups can contain groups", async () => {
    const simulator = await withGroups([{ name: "A", members: 5, userCount: 9 }]);
    const { members, told } = await exporting(simulator);
    expect(members).toBe(5);
    expect(told).toEqual(["read A", "differs A"]);
  });
});

describe("groups that are read concurrently", () => {
  test("arrive in order and complete: 200 groups, four at a time", async () => {
    const groups = Array.from({ length: 200 }, (_, index) => ({
      name: `G${index}`,
      members: (index * 37) % 60,
    }));
    const simulator = await withGroups(groups, { latencyMs: { fromMs: 0, toMs: 15 } });
    const { records, told } = await exporting(simulator, { pageSize: 10 });
    expect(records.map(({ group, name }) => `${group} ${name}`)).toEqual(
      groups.flatMap(({ name, members }) =>
        Array.from({ length: members }, (_, index) => `${name} Member ${index + 1}`),
      ),
    );
    expect(told).toEqual(groups.map(({ name }) => `read ${name}`));
    expect(simulator.counters.mostInFlight).toBe(4);
  });

  test("are written in the requested order, whichever is complete first", async () => {
    const simulator = await withGroups([
      { name: "quick", members: 1 },
      { name: "slow", members: 3 },
    ]);
    simulator.setFaults([{ group: "slow", kind: "slow", ms: 50 }]);
    const { records } = await exporting(simulator, { groups: ["slow", "quick"], pageSize: 1 });
    expect(records.map(({ group }) => group)).toEqual(["slow", "slow", "slow", "quick"]);
  });

  test("wait behind a slow one, within the limit of concurrent groups", async () => {
    const groups = Array.from({ length: 30 }, (_, index) => ({ name: `G${index}`, members: 1 }));
    const simulator = await withGroups(groups);
    simulator.setFaults([{ group: "G0", kind: "slow", ms: 20_000 }]);
    const shutdown = new Shutdown();
    const ended = exporting(simulator, { shutdown }).catch((error: unknown) => error);
    const lists = 2;
    await until("four groups are asked for", () => simulator.counters.calls === lists + 4);
    // Nothing but time can show that no fifth one is.
    await realPause(150);
    expect(simulator.counters.calls).toBe(lists + 4);
    shutdown.abortNow();
    expect(await ended).toBeInstanceOf(StoppedError);
  });

  test("fail the export when one fails permanently, which the message names", async () => {
    const groups = Array.from({ length: 50 }, (_, index) => ({ name: `G${index}`, members: 40 }));
    const simulator = await withGroups(groups, { latencyMs: 5 });
    simulator.setFaults([{ group: "G23", page: 3, kind: "fail", code: "err_some" }]);
    const error = await failing(simulator);
    expect(error.message).toMatch(/^group 'G23' .*, page 3: err_some/);
  });
});

describe("the exported file", () => {
  test("is readable by its owner alone, or keeps the permissions of the previous file", async () => {
    const simulator = await withGroups([{ name: "A", members: 1 }]);
    const { path } = await exporting(simulator);
    expect(modeOf(path)).toBe("600");
    chmodSync(path, 0o664);
    await exporting(simulator, { path });
    expect(modeOf(path)).toBe("664");
  });

  test("is the only file afterwards, even if a killed export left temporary files", async () => {
    const simulator = await withGroups([{ name: "A", members: 1 }]);
    const folder = temporaryFolder();
    for (const name of ["members.csv.4711-1.part", "changes.csv.4711-2.part"]) put(folder, name, "half");
    const path = join(folder, "members.csv");
    await exporting(simulator, { path, changesPath: join(folder, "changes.csv") });
    expect(readdirSync(folder).sort()).toEqual(["changes.csv", "members.csv"]);
  });

  test("is written to the target of a link, and the link stays", async () => {
    const simulator = await withGroups([{ name: "A", members: 1 }]);
    const target = put(temporaryFolder(), "real.csv", FORMER);
    const link = join(temporaryFolder(), "link.csv");
    symlinkSync(target, link);
    await exporting(simulator, { path: link });
    expect(readlinkSync(link)).toBe(target);
    expect(readFileSync(target, "utf8")).toMatch(/^group,/);
  });

  test.each([
    ["a folder", () => temporaryFolder(), /it is a folder/],
    ["a device", () => "/dev/null", /it is not an ordinary file/],
    ["in a folder that is not there", () => join(temporaryFolder(), "none", "x.csv"), /ENOENT/],
  ])("is rejected before anything is read if it is %s", async (_what, path, message) => {
    const simulator = await withGroups([{ name: "A", members: 1 }]);
    const writing = exporting(simulator, { path: path() });
    await expect(writing).rejects.toThrow(message);
    await expect(writing).rejects.toMatchObject({ kind: "output" });
    expect(simulator.counters.calls).toBe(0);
  });

  test("is complete if two exports write it at the same time", async () => {
    const simulator = await withGroups([{ name: "A", members: 3_000 }], { latencyMs: 2 });
    const path = join(temporaryFolder(), "members.csv");
    const isAlive = () => true;
    const ends = await Promise.all(
      [11, 12].map((ownId) => exporting(simulator, { path, pageSize: 100, processes: { ownId, isAlive } })),
    );
    for (const { records } of ends) expect(records).toHaveLength(3_000);
    expect(readdirSync(dirname(path))).toEqual(["members.csv"]);
  });
});

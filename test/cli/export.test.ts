import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { until } from "../support/clocks.ts";
import { withGroups } from "../support/exporting.ts";
import { CLI, cliEnv, messagesOf, runCli, simulatorEnv, startCli } from "../support/run-cli.ts";
import { filesBelow, put, temporaryFolder } from "../support/temporary-folder.ts";

describe("mimecast-bulk export", () => {
  test("writes members to standard output and messages to standard error", async () => {
    const simulator = await withGroups([{ name: "A", members: 2 }]);
    const { code, stdout, stderr } = await runCli(["export", "--group", "a"], {
      env: simulatorEnv(simulator),
    });
    expect(code).toBe(0);
    expect(stdout).toBe(
      "group,emailAddress,name,domain,internal,type\n" +
        "A,member1@company.example,Member 1,company.example,true,created_manually\n" +
        "A,member2@company.example,Member 2,company.example,true,created_manually\n",
    );
    expect(messagesOf(stderr).at(-1)).toMatch(/^Exported 2 members of 1 group in .*, with 3 calls$/);
  });

  test("export writes a file and its changes, relative to the working directory", async () => {
    const simulator = await withGroups([{ name: "A", members: 1_000 }]);
    const cwd = temporaryFolder();
    const words = ["export", "--all-groups", "--output", "m.csv", "--changes", "c.csv", "--quiet"];
    for (const _ of [1, 2]) {
      const end = await runCli(words, { cwd, env: simulatorEnv(simulator) });
      expect(end).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
    }
    expect(filesBelow(cwd)).toEqual(["c.csv", "m.csv"]);
    expect(readFileSync(join(cwd, "m.csv"), "utf8").split("\n")).toHaveLength(1_002);
    expect(readFileSync(join(cwd, "c.csv"), "utf8")).toBe(
      "change,group,emailAddress,name,domain,internal,type\n",
    );
  });

  test("prints nothing to standard output when it fails, and names group, page and reason", async () => {
    const simulator = await withGroups([{ name: "A", members: 2_000 }]);
    simulator.setFaults([{ group: "A", page: 4, kind: "fail", code: "err_some", message: "words" }]);
    const end = await runCli(["export", "--group", "A", "--quiet"], { env: simulatorEnv(simulator) });
    expect({ code: end.code, stdout: end.stdout }).toEqual({ code: 1, stdout: "" });
    expect(messagesOf(end.stderr)).toEqual([
      expect.stringMatching(/^group 'A' \(.*\), page 4: err_some: words$/),
      "Nothing was written",
    ]);
  });

  test("logs retries, repeated reads and odd counts, the first ten of each kind, and counts the rest", async () => {
    const odd = Array.from({ length: 12 }, (_, at) => ({ name: `Odd ${at}`, members: 1, userCount: 9 }));
    const joined = { name: "Joined", members: 3, quirks: { totalCount: 4, totalCountReads: 1 } };
    const simulator = await withGroups([...odd, joined]);
    simulator.setFaults([{ group: "Joined", times: 1, kind: "status", status: 503 }]);
    const { code, stderr } = await runCli(["export", "--all-groups"], { env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    const said = messagesOf(stderr).join("\n");
    expect(said).toMatch(/group 'Joined' .*: retrying after http_503/);
    expect(said).toMatch(/group 'Joined': reading it again: /);
    expect(said.match(/1 member returned, but find-groups counts 9/g)).toHaveLength(10);
    expect(said).toContain("2 more times userCount");
  });

  test("ends without a message when its reader closes the pipe", async () => {
    const simulator = await withGroups([{ name: "A", members: 50_000 }]);
    const words = [CLI, "export", "--all-groups", "--quiet"];
    const child = spawn(process.execPath, words, {
      env: cliEnv(simulatorEnv(simulator)),
      cwd: temporaryFolder(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = await once(child, "close");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.skipIf(process.platform !== "linux")("fails with 73 when standard output is full", async () => {
    const simulator = await withGroups([{ name: "A", members: 1 }]);
    const stdout = openSync("/dev/full", "w");
    const end = await runCli(["export", "--all-groups", "--quiet"], { env: simulatorEnv(simulator), stdout });
    expect(end.code).toBe(73);
    expect(messagesOf(end.stderr)[0]).toMatch(/standard output can't be written/);
  });

  test("ends with 130 when it is interrupted, and leaves the file unchanged", async () => {
    const simulator = await withGroups([{ name: "A", members: 100_000 }], { latencyMs: 50 });
    const cwd = temporaryFolder();
    put(cwd, "m.csv", "the former one");
    const words = ["export", "--group", "A", "--output", "m.csv"];
    const run = startCli(words, { cwd, env: simulatorEnv(simulator) });
    await until("the group is being read", () => simulator.counters.calls > 4);
    run.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(messagesOf(stderr).slice(-2)).toEqual([
      expect.stringMatching(/^Stopped, at group 'A' .*, page \d+: by SIGINT$/),
      `${join(cwd, "m.csv")} is unchanged`,
    ]);
    expect(readFileSync(join(cwd, "m.csv"), "utf8")).toBe("the former one");
    expect(filesBelow(cwd)).toEqual(["m.csv"]);
  });

  test.each<[string, string[], Record<string, string> | "simulator", number, RegExp]>([
    ["no group is named", ["export"], "simulator", 64, /--group: name a group, or give --all-groups/],
    [
      "two kinds of groups are",
      ["export", "--group", "A", "--all-groups"],
      "simulator",
      64,
      /exclude each other/,
    ],
    [
      "an option's value is wrong",
      ["export", "--all-groups", "--page-size", "501"],
      "simulator",
      64,
      /--page-size/,
    ],
    [
      "a column is unknown",
      ["export", "--all-groups", "--columns", "mail"],
      "simulator",
      64,
      /--columns: expected/,
    ],
    [
      "changes have no file to compare",
      ["export", "--all-groups", "--changes", "c"],
      "simulator",
      64,
      /--changes needs --output/,
    ],
    [
      "changes would go where the members do",
      ["export", "--all-groups", "--output", "m.csv", "--changes", "m.csv"],
      "simulator",
      64,
      /--changes and --output name the same file/,
    ],
    [
      "changes would go to standard output",
      ["export", "--all-groups", "--output", "m.csv", "--changes", "-"],
      "simulator",
      64,
      /--changes: expected a file/,
    ],
    [
      "changes have no column that identifies a member",
      ["export", "--all-groups", "--output", "m.csv", "--changes", "c.csv", "--columns", "name"],
      "simulator",
      64,
      /--changes needs the column emailAddress/,
    ],
    [
      "the former output is not a file",
      ["export", "--all-groups", "--output", ".", "--changes", "c.csv"],
      "simulator",
      73,
      /EISDIR|folder/,
    ],
    ["there are no credentials", ["export", "--all-groups"], {}, 78, /MIMECAST_CLIENT_ID/],
    [
      "a group is unknown",
      ["export", "--group", "zzz"],
      "simulator",
      66,
      /no group has the name or id 'zzz'/,
    ],
    [
      "the output can't be written",
      ["export", "--all-groups", "--output", "none/m.csv"],
      "simulator",
      73,
      /ENOENT/,
    ],
    [
      "the credentials are wrong",
      ["export", "--all-groups"],
      { MIMECAST_CLIENT_SECRET: "not-the-right-one" },
      77,
      /Directories \| Groups \| Read/,
    ],
  ])("ends with its own exit code when %s", async (_title, words, env, expected, message) => {
    const simulator = await withGroups([{ name: "A", members: 1 }]);
    const all = env === "simulator" ? {} : env;
    const known =
      Object.keys(all).length === 0 && env !== "simulator" ? {} : { ...simulatorEnv(simulator), ...all };
    const { code, stderr, stdout } = await runCli(words, { env: known });
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
  });

  test("leaves nothing in the folder of temporary files", async () => {
    const before = readdirSync(tmpdir()).filter((name) => /mimecast-bulk.*\.part$/.test(name));
    const end = await runCli(["export", "--group", "Sales, Europe", "--simulate", "--quiet"]);
    expect(end.code).toBe(0);
    expect(end.stdout).toContain('"Sales, Europe",info@company.example,\'=SUM(A1:A9),');
    expect(readdirSync(tmpdir()).filter((name) => /mimecast-bulk.*\.part$/.test(name))).toEqual(before);
  });
});

describe("mimecast-bulk groups", () => {
  const groups = [
    { name: "Sales, Europe", id: "s-1", members: 1_234 },
    { name: "=Staff", id: "s-2", members: 0, source: "ldap" as const },
  ];

  test("groups lists every group as CSV in a pipe", async () => {
    const simulator = await withGroups(groups);
    const { code, stdout } = await runCli(["groups", "--quiet"], { env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(stdout).toBe(
      "name,id,source,userCount,folderCount,parentId\n" +
        '"Sales, Europe",s-1,cloud,1234,0,\n' +
        "'=Staff,s-2,ldap,0,0,\n",
    );
  });

  test("lists the groups whose name contains the query, as JSON with --json", async () => {
    const simulator = await withGroups(groups);
    const words = ["groups", "sales", "--json", "--quiet"];
    const { stdout } = await runCli(words, { env: simulatorEnv(simulator) });
    const listed = z.array(z.object({ id: z.string(), name: z.string() })).parse(JSON.parse(stdout));
    expect(listed.map(({ id, name }) => [id, name])).toEqual([["s-1", "Sales, Europe"]]);
  });

  test("logs a retry of the list of groups", async () => {
    const simulator = await withGroups(groups);
    simulator.setFaults([{ path: "/api/directory/find-groups", times: 1, kind: "status", status: 503 }]);
    const { code, stderr } = await runCli(["groups"], { env: simulatorEnv(simulator) });
    expect(code).toBe(0);
    expect(messagesOf(stderr)[0]).toMatch(/^the list of groups .*: retrying after http_503/);
  });

  test("reports the reason when it can't list groups", async () => {
    const simulator = await simulatorFor();
    simulator.setFaults([
      { path: "/api/directory/find-groups", kind: "status", status: 404, body: '{"fail":[]}' },
    ]);
    const { code, stderr, stdout } = await runCli(["groups"], { env: simulatorEnv(simulator) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(messagesOf(stderr)).toEqual([
      expect.stringMatching(/^the list of groups \(cloud\), page 1: http_404/),
      "No groups were listed",
    ]);
  });
});

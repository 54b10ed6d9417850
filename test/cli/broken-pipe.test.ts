import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { simulatorFor } from "../simulator/running-simulator.ts";
import { manyRows } from "../support/csv-files.ts";
import { CLI, cliEnv, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

/** Runs the program with a reader of the stream that goes away: at once, or after the first piece. */
async function withoutReader(
  stream: "stdout" | "stderr",
  words: readonly string[],
  surroundings: { readonly cwd: string; readonly env?: Record<string, string> },
  leaves: "at once" | "after the first piece",
) {
  const child = spawn(process.execPath, [CLI, ...words], {
    cwd: surroundings.cwd,
    env: cliEnv(surroundings.env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const other = stream === "stdout" ? child.stderr : child.stdout;
  let heard = "";
  other.setEncoding("utf8").on("data", (text: string) => {
    heard += text;
  });
  if (leaves === "at once") child[stream].destroy();
  else child[stream].once("data", () => child[stream].destroy());
  const [code, signal] = await once(child, "close");
  return { code, signal, heard };
}

describe.each(["at once", "after the first piece"] as const)("a reader that leaves %s", (leaves) => {
  test("closing standard error does not end a run that sends", async () => {
    const simulator = await simulatorFor({ latencyMs: 5 });
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(300));
    const words = ["import", "a.csv", "--verbose", "--concurrency", "4"];
    const surroundings = { cwd, env: simulatorEnv(simulator) };
    expect(await withoutReader("stderr", words, surroundings, leaves)).toEqual({
      code: 0,
      signal: null,
      heard: "",
    });
    expect(simulator.aliases.size).toBe(300);
  });

  test("closing standard output does not change a run or its messages", async () => {
    const simulator = await simulatorFor();
    const cwd = temporaryFolder();
    put(cwd, "a.csv", manyRows(3));
    const words = ["import", "a.csv", "--json", "--quiet"];
    const surroundings = { cwd, env: simulatorEnv(simulator) };
    expect(await withoutReader("stdout", words, surroundings, leaves)).toEqual({
      code: 0,
      signal: null,
      heard: "",
    });
  });

  test.each([[["--help"]], [["--version"]], [["import", "--help"]]])(
    "closing the output of %j prints no error",
    async (words) => {
      const surroundings = { cwd: temporaryFolder() };
      expect(await withoutReader("stdout", words, surroundings, leaves)).toEqual({
        code: 0,
        signal: null,
        heard: "",
      });
    },
  );
});

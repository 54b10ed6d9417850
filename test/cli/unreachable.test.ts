import { expect, test } from "vitest";
import { manyRows } from "../support/csv-files.ts";
import { messagesOf, runCli, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

test("The program gives up after half a minute without any connection, with 69", {
  timeout: 60_000,
}, async () => {
  const cwd = temporaryFolder();
  put(cwd, "a.csv", manyRows(5));
  const startMs = Date.now();
  const { code, stderr } = await runCli(["import", "a.csv", "--quiet"], {
    cwd,
    env: simulatorEnv({ url: "http://127.0.0.1:9" }),
  });
  expect(code).toBe(69);
  expect(Date.now() - startMs).toBeGreaterThan(29_000);
  expect(messagesOf(stderr).join("\n")).toContain("Mimecast is not reachable");
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { enormousBodies } from "./hostile-bodies.ts";
import { serve } from "./loopback.ts";
import { PAIR, settings } from "./parts.ts";

/**
 * Makes calls of every kind to each of some servers, in a process of its own with little memory. Returns a line for
 * each server: the kinds of its answers.
 */
async function callsWithLittleMemory(urls: readonly string[]): Promise<string[]> {
  const module = pathToFileURL(resolve("dist/mimecast/client.js")).href;
  const oauth = { api: "2.0", clientId: "client-id", clientSecret: "client-secret" } as const;
  const more = { aliasFor: "bob@new.example", alias: "bob@old.example" };
  const script = `
    import { createMimecastClient } from ${JSON.stringify(module)};
    const clock = { nowMs: () => performance.now(), epochMs: () => Date.now(), sleep: async () => undefined };
    const deps = { clock, randomUuid: () => crypto.randomUUID() };
    const control = { beforeSend: async () => undefined, signal: new AbortController().signal };
    for (const baseUrl of ${JSON.stringify(urls)}) {
      const settings = { ...${JSON.stringify(settings("", { timeoutMs: 60_000 }))}, baseUrl };
      const client = createMimecastClient(settings, deps);
      const other = createMimecastClient({ ...settings, credentials: ${JSON.stringify(oauth)} }, deps);
      const exchanges = [
        await client.updateAliases([${JSON.stringify(PAIR)}], control),
        await client.updateAliases([${JSON.stringify(PAIR)}, ${JSON.stringify(more)}], control),
        await client.groupMembers("g", { pageSize: 500 }, control),
        await other.updateAliases([${JSON.stringify(PAIR)}], control),
      ];
      console.log(exchanges.flatMap((it) => it.results ?? [it.answer]).map(({ kind }) => kind).join());
      client.close();
      other.close();
    }
  `;
  const words = ["--max-old-space-size=100", "--input-type=module", "--eval", script];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let told = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    told += text;
  });
  await once(child, "close");
  return told.trim().split("\n");
}

test("an answer of ten megabytes is no row's success and fits into little memory, whatever it is made of", async () => {
  const bodies = enormousBodies();
  const server = await serve(({ path }, response) => response.end(bodies.get(path.split("/")[1] ?? "")));
  onTestFinished(() => server.close());
  const names = [...bodies.keys()];
  const kinds = await callsWithLittleMemory(names.map((name) => `${server.url}/${name}`));
  expect(names.map((name, index) => `${name}: ${kinds[index]}`)).toEqual(
    names.map((name) => {
      return expect.stringMatching(
        `^${name}: ((rejected|indeterminate|unattributed),){4}(not-executed|rejected)$`,
      );
    }),
  );
}, 120_000);

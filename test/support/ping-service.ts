import { createServer } from "node:http";
import { afterEach } from "vitest";

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A service on this machine that takes pings, as healthchecks does; `pings` are the paths that were asked for. */
export async function pingService(): Promise<{ readonly url: string; readonly pings: readonly string[] }> {
  const pings: string[] = [];
  const server = createServer((request, response) => {
    pings.push(request.url ?? "");
    response.end("OK");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, pings };
}

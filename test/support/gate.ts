import { connect, createServer, type Server, type Socket } from "node:net";

/** The network between a program and a server on this machine; it can be cut and mended. */
export interface Gate {
  readonly url: string;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  /** On the same port as before. */
  mend(): Promise<void>;
}

export async function openGate(port: number): Promise<Gate & { close(): Promise<void> }> {
  const open = new Set<Socket>();
  const serve = (): Server =>
    createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        open.add(one);
        one.on("error", () => one.destroy());
        one.on("close", () => {
          open.delete(one);
          other.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  let server = serve();
  const ownPort = await listening(server, 0);
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return {
    url: `http://127.0.0.1:${ownPort}`,
    cut,
    mend: async () => {
      server = serve();
      await listening(server, ownPort);
    },
    close: cut,
  };
}

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the gate does not listen on a port");
  return address.port;
}

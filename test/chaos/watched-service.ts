import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { get, IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { z } from "zod";
import { systemClock } from "../../src/cli/system-clock.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/simulator.ts";
import { UPDATE_ALIAS_PATH } from "../../src/simulator/update-alias.ts";
import { hastyClock } from "../support/clocks.ts";
import { HASTE } from "./scenario.ts";
import { CALM, type Weather } from "./weather.ts";

/** A call that carries rows, from the moment when the server has read it. */
interface Flight {
  /** Whether another call with one of its primaries has arrived since. */
  wasOvertaken: boolean;
}

/** What the wire has seen since {@link WatchedService.watch}. */
export interface Seen {
  /** Calls that have arrived, whatever became of them. */
  readonly calls: number;
  /** Calls with rows that were in flight at one moment, at most. */
  readonly mostInFlight: number;
  /** Aliases that were asked for, in lower case. */
  readonly aliases: ReadonlySet<string>;
  /** Primaries of which two rows were in flight at once. */
  readonly overlaps: readonly string[];
}

const body = z.object({ data: z.array(z.object({ aliasFor: z.string(), alias: z.string() })) });

const LONGEST_STORM_MS = 12_000;

const CONNECTION = "net.server.socket";
const ARRIVAL = "http.server.request.start";

/**
 * A simulator whose calls are looked at as they come and go, on Node's own diagnostics channels: a server in
 * between would blur what is in flight when.
 */
export class WatchedService {
  readonly simulator: Simulator;
  readonly #looks = new Set<() => void>();
  readonly #sockets = new Set<Socket>();
  readonly #inFlight = new Map<string, Flight>();
  #openCount = 0;
  #isDown = false;
  #seen = nothingSeen();

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  /** Its quota is measured by a clock as hasty as the program's. */
  static async start(options: SimulatorOptions): Promise<WatchedService> {
    const { nowMs } = hastyClock(HASTE);
    const clock = { nowMs, epochMs: systemClock.epochMs };
    const service = new WatchedService(await startSimulator({ ...options, clock, record: true }));
    subscribe(CONNECTION, service.#onConnection);
    subscribe(ARRIVAL, service.#onArrival);
    return service;
  }

  async close(): Promise<void> {
    unsubscribe(CONNECTION, this.#onConnection);
    unsubscribe(ARRIVAL, this.#onArrival);
    await this.simulator.close();
  }

  /** From now on the service is so. */
  arrange({ faults, latencyMs, others, quota }: Weather): void {
    this.simulator.setLatency(latencyMs);
    this.simulator.setOthers(others);
    this.simulator.setQuota(quota);
    this.simulator.setFaults(faults);
  }

  /** Calm weather after a while, unless all is over by then: a storm without end would only take time. */
  async clearUp(over: AbortSignal): Promise<void> {
    await systemClock.sleep(LONGEST_STORM_MS, over);
    if (!over.aborted) this.arrange(CALM);
  }

  /** Begins to see anew. */
  watch(): Seen {
    this.#seen = nothingSeen();
    return this.#seen;
  }

  /** Resolves once so many calls have arrived since {@link watch}, or when the signal aborts. */
  calls(count: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#seen.calls < count && !signal.aborted) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      signal.addEventListener("abort", look, { once: true });
      look();
    });
  }

  /** Down for as long as `pause` takes, then back on the same port. False if it is down already. */
  async restart(pause: () => Promise<void>): Promise<boolean> {
    if (this.#isDown) return false;
    this.#isDown = true;
    await this.simulator.disconnect();
    await pause();
    await this.simulator.reconnect();
    this.#isDown = false;
    return true;
  }

  /** Resolves when all that processes have sent which are no more has been read. */
  async settled(): Promise<void> {
    // A connection of our own is accepted after theirs.
    const [response] = await once(get(this.simulator.url, { agent: false }), "response");
    if (response instanceof IncomingMessage) response.resume();
    while (this.#sockets.size > 0)
      await Promise.all([...this.#sockets].map((socket) => once(socket, "close")));
  }

  readonly #onConnection = (message: unknown): void => {
    if (typeof message !== "object" || message === null) return;
    if (!("socket" in message && message.socket instanceof Socket)) return;
    const { socket } = message;
    if (socket.localPort !== this.simulator.port) return;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  };

  readonly #onArrival = (message: unknown): void => {
    if (typeof message !== "object" || message === null) return;
    if (!("request" in message && message.request instanceof IncomingMessage)) return;
    if (!("response" in message && message.response instanceof ServerResponse)) return;
    const { request, response } = message;
    if (request.socket.localPort !== this.simulator.port || request.url?.startsWith("/api/") !== true) return;
    this.#seen.calls += 1;
    for (const look of this.#looks) look();
    if (request.url !== UPDATE_ALIAS_PATH) return;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => this.#tookOff(Buffer.concat(chunks).toString(), request, response));
  };

  #tookOff(text: string, request: IncomingMessage, response: ServerResponse): void {
    if (response.destroyed || response.writableFinished) return;
    const seen = this.#seen;
    const flight: Flight = { wasOvertaken: false };
    const { data } = body.parse(JSON.parse(text));
    const primaries = data.map(({ aliasFor }) => aliasFor.toLowerCase());
    for (const { alias } of data) seen.aliases.add(alias.toLowerCase());
    for (const primary of primaries) {
      const earlier = this.#inFlight.get(primary);
      if (earlier !== undefined) earlier.wasOvertaken = true;
      this.#inFlight.set(primary, flight);
    }
    this.#openCount += 1;
    seen.mostInFlight = Math.max(seen.mostInFlight, this.#openCount);
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      this.#openCount -= 1;
      for (const primary of primaries) {
        if (this.#inFlight.get(primary) === flight) this.#inFlight.delete(primary);
      }
    };
    response.on("finish", () => {
      // A call that its client has given up is not in flight any more, and is never answered.
      if (flight.wasOvertaken) seen.overlaps.push(primaries.join());
      over();
    });
    request.on("close", over);
    response.on("close", over);
  }
}

function nothingSeen() {
  const aliases = new Set<string>();
  const overlaps: string[] = [];
  return { calls: 0, mostInFlight: 0, aliases, overlaps };
}

import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { Shutdown, StoppedError, unlessStopped } from "../../src/engine/shutdown.ts";

const DEADLINE = { kind: "deadline", message: "06:00" } as const;
const SIGNAL = { kind: "signal", signal: "SIGINT", message: "interrupted" } as const;

it("a run without a shutdown goes on", () => {
  const shutdown = new Shutdown();
  shutdown.throwIfStopped();
  expect([shutdown.drain.aborted, shutdown.abort.aborted, shutdown.reasons]).toEqual([false, false, []]);
});

it("draining sends no new call and finishes the calls in flight", () => {
  const shutdown = new Shutdown();
  shutdown.drainNow(DEADLINE);
  expect([shutdown.drain.aborted, shutdown.abort.aborted]).toEqual([true, false]);
  expect(() => shutdown.throwIfStopped()).toThrow(StoppedError);
});

it("aborting cancels the calls in flight", () => {
  const shutdown = new Shutdown();
  shutdown.abortNow();
  expect([shutdown.drain.aborted, shutdown.abort.aborted]).toEqual([true, true]);
});

it("reasons are kept in the order in which they came", () => {
  const shutdown = new Shutdown();
  shutdown.drainNow(DEADLINE);
  shutdown.drainNow(SIGNAL);
  shutdown.abortNow();
  expect(shutdown.reasons).toEqual([DEADLINE, SIGNAL]);
});

it("a waiting caller gets a StoppedError, which names what was being read if known", () => {
  const shutdown = new Shutdown();
  shutdown.drainNow(DEADLINE);
  expect(() => shutdown.throwIfStopped()).toThrow("the run is stopping");
  expect(new StoppedError("no", "page 3")).toMatchObject({
    name: "StoppedError",
    message: "no",
    at: "page 3",
  });
});

describe("work that may never end on its own", () => {
  it("untilDrained waits for the work while the run goes on", async () => {
    expect(await new Shutdown().untilDrained(Promise.resolve("done"))).toBe("done");
  });

  it("untilDrained ends once the run is stopped, and immediately if it was stopped before", async () => {
    const shutdown = new Shutdown();
    const waiting = shutdown.untilDrained(new Promise(() => undefined));
    shutdown.drainNow({ kind: "limit", message: "--limit 1 is reached" });
    await expect(waiting).rejects.toThrow(new StoppedError("the wait was cancelled"));
    await expect(shutdown.untilDrained(new Promise(() => undefined))).rejects.toThrow(StoppedError);
    expect(getEventListeners(shutdown.drain, "abort")).toHaveLength(0);
  });

  it("untilDrained passes on the work's error and leaves no listener", async () => {
    const shutdown = new Shutdown();
    const fault = new TypeError("a fault");
    for (let time = 0; time < 3; time += 1) {
      await shutdown.untilDrained(Promise.resolve());
      await expect(shutdown.untilDrained(Promise.reject(fault))).rejects.toBe(fault);
    }
    expect(getEventListeners(shutdown.drain, "abort")).toHaveLength(0);
  });
});

describe("a job", () => {
  it("unlessStopped returns undefined for stopped work, and otherwise its value or error", async () => {
    expect(await unlessStopped(Promise.reject(new StoppedError("no more")))).toBe(undefined);
    expect(await unlessStopped(Promise.resolve("done"))).toBe("done");
    await expect(unlessStopped(Promise.reject(new RangeError("a fault")))).rejects.toThrow(RangeError);
  });
});

import { describe, expect, it } from "vitest";
import { Shutdown, StoppedError } from "../../src/engine/shutdown.ts";
import { exchange, passed, readsOf, scripted, troubled } from "./scripted-reads.ts";

describe("a call that only reads", () => {
  it("returns the value of a successful call", async () => {
    const { reader } = readsOf();
    expect(await reader.read("it", scripted(passed(7)))).toEqual({ kind: "read", value: 7 });
    expect(reader.callCount).toBe(1);
  });

  it.each(["rejected", "transient", "indeterminate"] as const)("retries a call that was %s", async (kind) => {
    const { reader, retried } = readsOf();
    const call = scripted(troubled(kind), troubled(kind), passed(7));
    expect(await reader.read("it", call)).toEqual({ kind: "read", value: 7 });
    expect(retried).toEqual(["it", "it"]);
  });

  it("backs off longer each time, with jitter, and never shorter than the server asks", async () => {
    const { reader, clock } = readsOf();
    const busy = troubled("rejected");
    await reader.read("it", scripted(busy, busy, { ...busy, waitMs: 9_000 }, passed(7)));
    expect(clock.sleptMs).toEqual([250, 500, 9_000]);
  });

  it("fails after the maximum number of attempts", async () => {
    const { reader } = readsOf();
    await reader.read("another", scripted(passed(1)));
    const call = scripted(troubled("rejected"));
    expect(await reader.read("it", call)).toMatchObject({ kind: "failed", attempts: 6 });
    expect(call.count()).toBe(6);
  });

  it("fails immediately if the error is not retryable", async () => {
    const call = scripted(troubled("rejected", false));
    expect(await readsOf().reader.read("it", call)).toMatchObject({
      kind: "failed",
      attempts: 1,
      failure: { code: "some_code" },
    });
    expect(call.count()).toBe(1);
  });

  it("reports Mimecast as unreachable if there is no response or no call ever succeeded", async () => {
    const lost = { ...troubled("indeterminate"), status: undefined };
    const { status: _, ...unanswered } = lost;
    const late = readsOf();
    await late.reader.read("another", scripted(passed(1)));
    expect(await late.reader.read("it", scripted(unanswered))).toMatchObject({ kind: "unreachable" });
    expect(await readsOf().reader.read("it", scripted(troubled("indeterminate")))).toMatchObject({
      kind: "unreachable",
    });
    const once = readsOf();
    await once.reader.read("another", scripted(passed(1)));
    expect(await once.reader.read("it", scripted(troubled("indeterminate")))).toMatchObject({
      kind: "failed",
    });
    const judged = readsOf();
    await judged.reader.read("another", scripted(troubled("rejected", false)));
    expect(await judged.reader.read("it", scripted(troubled("indeterminate")))).toMatchObject({
      kind: "failed",
    });
    const hindered = scripted(troubled("transient", false));
    expect(await judged.reader.read("it", hindered)).toMatchObject({ kind: "failed" });
    expect(await readsOf().reader.read("it", hindered)).toMatchObject({ kind: "unreachable" });
    expect(await readsOf().reader.read("it", scripted(troubled("rejected", false)))).toMatchObject({
      kind: "failed",
    });
  });

  it("a call that was never executed does not count as an attempt", async () => {
    const { reader, shutdown } = readsOf();
    const call = scripted(troubled("not-executed"));
    await expect(reader.read("it", call)).rejects.toBeInstanceOf(StoppedError);
    expect(call.count()).toBeGreaterThan(6);
    expect(shutdown.reasons).toMatchObject([{ kind: "unreachable" }]);
  });

  it("a call that was never executed does not count as a denial", async () => {
    const { reader } = readsOf();
    await reader.read("another", scripted(passed(1)));
    const not = troubled("not-executed");
    const call = scripted(not, not, not, not, not, not, not, passed(7));
    const result = await reader.read("it", async (control) => {
      await reader.read("another", scripted(passed(1)));
      return await call(control);
    });
    expect(result).toEqual({ kind: "read", value: 7 });
  });

  it("a minute of denials only stops the run and does not fail the read", async () => {
    const { reader, shutdown, clock } = readsOf();
    await reader.read("another", scripted(passed(1)));
    await expect(reader.read("it", scripted(troubled("access-denied")))).rejects.toBeInstanceOf(StoppedError);
    expect(shutdown.reasons).toMatchObject([{ kind: "refused" }]);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(60_000);
  });

  it("three denials at the start stop the run and name the permission to check", async () => {
    const { reader, shutdown } = readsOf();
    const call = scripted(troubled("access-denied"));
    await expect(reader.read("it", call)).rejects.toBeInstanceOf(StoppedError);
    expect(call.count()).toBe(3);
    expect(shutdown.reasons).toMatchObject([
      { kind: "refused", message: expect.stringContaining("Directories | Groups | Read") },
    ]);
  });

  it("denials with successes between them fail the read permanently", async () => {
    const { reader } = readsOf();
    await reader.read("another", scripted(passed(1)));
    const refused = scripted(troubled("access-denied"));
    const result = await reader.read("it", async (control) => {
      await reader.read("another", scripted(passed(1)));
      return await refused(control);
    });
    expect(result).toMatchObject({ kind: "access-denied", attempts: 6, failure: { code: "some_code" } });
    expect(refused.count()).toBe(6);
  });

  it("the reported number of attempts includes denials", async () => {
    const { reader } = readsOf({ retry: { maxAttempts: 2, baseMs: 500, ceilingMs: 30_000 } });
    await reader.read("another", scripted(passed(1)));
    const call = scripted(troubled("rejected"), troubled("access-denied"));
    const result = await reader.read("it", async (control) => {
      if (call.count() > 1) await reader.read("another", scripted(passed(1)));
      return await call(control);
    });
    expect(result).toMatchObject({ kind: "access-denied", attempts: 3 });
  });

  it("the second denial fails a read that has only one attempt", async () => {
    const { reader } = readsOf({ retry: { maxAttempts: 1, baseMs: 500, ceilingMs: 30_000 } });
    await reader.read("another", scripted(passed(1)));
    const refused = scripted(troubled("access-denied"));
    await reader.read("it", async (control) => {
      if (refused.count() > 0) await reader.read("another", scripted(passed(1)));
      return await refused(control);
    });
    expect(refused.count()).toBe(2);
  });

  it("makes and retries no call once the run has stopped", async () => {
    const { reader, shutdown } = readsOf();
    const call = scripted(troubled("rejected"));
    const stopping = reader.read("it", async (control) => {
      const first = await call(control);
      shutdown.drainNow({ kind: "signal", signal: "SIGINT", message: "by SIGINT" });
      return first;
    });
    await expect(stopping).rejects.toBeInstanceOf(StoppedError);
    expect(call.count()).toBe(1);
    await expect(reader.read("it", call)).rejects.toThrow(new StoppedError("the run is stopping", "it"));
    expect(call.count()).toBe(1);
  });
});

describe("calls side by side", () => {
  it("one call is in flight until the first success, then one per lane", async () => {
    const { reader } = readsOf({ concurrency: 3 });
    let inFlight = 0;
    const most = [0];
    const release: (() => void)[] = [];
    const call = async () => {
      inFlight += 1;
      most.push(inFlight);
      await new Promise<void>((resolve) => release.push(resolve));
      inFlight -= 1;
      return passed(1);
    };
    const all = Array.from({ length: 9 }, (_, index) => reader.read(`call ${index}`, call));
    const settled = () => new Promise((resolve) => setImmediate(resolve));
    await settled();
    expect(Math.max(...most)).toBe(1);
    while (release.length > 0) {
      release.shift()?.();
      await settled();
    }
    await Promise.all(all);
    expect(Math.max(...most)).toBe(3);
  });

  it("calls that wait for a lane end when the run stops", async () => {
    const shutdown = new Shutdown();
    const { reader } = readsOf({ concurrency: 1 }, shutdown);
    const never = reader.read("first", () => new Promise<never>(() => undefined));
    never.catch(() => undefined);
    const waiting = reader.read("second", scripted(passed(1)));
    shutdown.drainNow({ kind: "signal", signal: "SIGTERM", message: "by SIGTERM" });
    await expect(waiting).rejects.toBeInstanceOf(StoppedError);
  });

  it("calls that wait for a token end when the run stops and do not count as an outage", async () => {
    const shutdown = new Shutdown();
    const { reader } = readsOf({}, shutdown);
    const read = reader.read("it", async ({ drainSignal: sending }) => {
      shutdown.drainNow({ kind: "signal", signal: "SIGTERM", message: "by SIGTERM" });
      expect(sending?.aborted).toBe(true);
      return troubled("not-executed");
    });
    await expect(read).rejects.toBeInstanceOf(StoppedError);
    expect(shutdown.reasons).toHaveLength(1);
  });

  it("calls cancelled by a second signal end as stopped, even at their last attempt", async () => {
    const shutdown = new Shutdown();
    const { reader } = readsOf({ retry: { maxAttempts: 1, baseMs: 500, ceilingMs: 30_000 } }, shutdown);
    const read = reader.read("it", async ({ beforeSend }) => {
      await beforeSend();
      shutdown.drainNow({ kind: "signal", signal: "SIGTERM", message: "by SIGTERM" });
      shutdown.abortNow();
      return troubled("indeterminate");
    });
    await expect(read).rejects.toBeInstanceOf(StoppedError);
  });

  it("an internal error is not treated as a stop and frees its lane", async () => {
    const { reader } = readsOf({ concurrency: 1 });
    const fault = new TypeError("a fault");
    const failing = async () => Promise.reject(fault);
    await expect(reader.read("it", failing)).rejects.toBe(fault);
    expect(await reader.read("it", scripted(passed(1)))).toEqual({ kind: "read", value: 1 });
    expect(reader.callCount).toBe(1);
  });

  it("concurrent calls stay within the reported quota minus the reserve", async () => {
    const { reader, clock } = readsOf({ concurrency: 1 });
    for (let calls = 0; calls < 30; calls += 1) {
      await reader.read("it", async ({ beforeSend }) => {
        await beforeSend();
        const sentAtMs = clock.nowMs();
        const windowEndMs = (Math.floor(sentAtMs / 1_000) + 1) * 1_000;
        const quota = { limit: 10, remaining: 10, resetMs: windowEndMs - sentAtMs };
        return exchange({ kind: "passed", value: 1 }, { quota, sentAtMs, arrivedAtMs: sentAtMs });
      });
    }
    expect(clock.nowMs()).toBeGreaterThanOrEqual(3_000);
    expect(reader.quota).toMatchObject({ limit: 10 });
  });
});

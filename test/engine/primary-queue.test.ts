import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PrimaryQueue } from "../../src/engine/primary-queue.ts";

interface Item {
  readonly primaryKey: string;
  readonly id: number;
  readonly maxBatch: number;
}

function queueOf(...primaries: readonly string[]) {
  const queue = new PrimaryQueue<Item>();
  const items = primaries.map((primaryKey, id) => ({ primaryKey, id, maxBatch: 1 }));
  for (const item of items) queue.add(item);
  return queue;
}

/** The next row alone, if there is one. */
function next(queue: PrimaryQueue<Item>, nowMs: number): Item | undefined {
  return queue.take(nowMs, 1)[0];
}

function take(queue: PrimaryQueue<Item>, nowMs = 0): Item {
  const item = next(queue, nowMs);
  if (item === undefined) throw new Error("nothing was ready");
  return item;
}

describe("rows that are ready", () => {
  it("rows of different primaries are taken in the order in which they were added", () => {
    const queue = queueOf("ann", "bob", "cyd");
    expect([next(queue, 0)?.id, next(queue, 0)?.id, next(queue, 0)?.id, next(queue, 0)]).toEqual([
      0,
      1,
      2,
      undefined,
    ]);
  });

  it("rows of one primary are taken one at a time, each after the previous one is complete", () => {
    const queue = queueOf("ann", "ann");
    const first = take(queue);
    expect(next(queue, 0)).toBeUndefined();
    queue.complete(first);
    expect(next(queue, 0)?.id).toBe(1);
  });

  it("primaries take turns", () => {
    const queue = queueOf("ann", "ann", "ann", "bob", "cyd");
    const order: number[] = [];
    for (let item = next(queue, 0); item !== undefined; item = next(queue, 0)) {
      order.push(item.id);
      queue.complete(item);
    }
    expect(order).toEqual([0, 3, 4, 1, 2]);
  });

  it("a row can be added while another one of its primary is in flight", () => {
    const queue = queueOf("ann");
    const first = take(queue);
    queue.add({ primaryKey: "ann", id: 9, maxBatch: 1 });
    expect(next(queue, 0)).toBeUndefined();
    queue.complete(first);
    expect(next(queue, 0)?.id).toBe(9);
  });
});

describe("rows that wait for their retry", () => {
  it("delayed rows are taken when due, soonest first, and block only their own primary", () => {
    const queue = queueOf("ann", "bob", "cyd", "ann");
    const [ann, bob] = [take(queue), take(queue)];
    queue.delay(ann, 200);
    queue.delay(bob, 100);
    expect([queue.delayedCount, queue.nextDueMs, next(queue, 0)?.id]).toEqual([2, 100, 2]);
    expect(next(queue, 99)).toBeUndefined();
    expect(next(queue, 100)?.id).toBe(1);
    expect([queue.nextDueMs, next(queue, 200)?.id]).toEqual([200, 0]);
    expect([queue.delayedCount, queue.nextDueMs]).toEqual([0, undefined]);
  });

  it("rows that are due at the same time are taken in the order in which they were delayed", () => {
    const queue = queueOf("ann", "bob", "cyd");
    const parked = [take(queue), take(queue), take(queue)];
    for (const item of parked) queue.delay(item, 50);
    expect([next(queue, 50)?.id, next(queue, 50)?.id, next(queue, 50)?.id]).toEqual([0, 1, 2]);
  });

  it("delayed rows count in the size of the queue", () => {
    const queue = queueOf("ann", "bob");
    queue.delay(take(queue), 100);
    expect([queue.size, queue.isReady, [...queue.all()].length]).toEqual([2, true, 2]);
  });
});

describe("rows that share a call", () => {
  it("a batch has the requested number of rows, each of another primary", () => {
    const queue = new PrimaryQueue<Item>();
    for (const [id, primaryKey] of ["ann", "ann", "bob", "cyd", "dan"].entries())
      queue.add({ primaryKey, id, maxBatch: 10 });
    expect(queue.take(0, 3).map(({ id }) => id)).toEqual([0, 2, 3]);
    expect(queue.take(0, 3).map(({ id }) => id)).toEqual([4]);
    expect(queue.take(0, 3)).toEqual([]);
  });

  it("rows in a batch share a maxBatch, and the smallest maxBatch goes first", () => {
    const queue = new PrimaryQueue<Item>();
    for (const [id, maxBatch] of [10, 2, 10, 1, 2, 2].entries())
      queue.add({ primaryKey: `p${id}`, id, maxBatch });
    const calls = Array.from({ length: 5 }, () => queue.take(0, 8).map(({ id }) => id));
    expect(calls).toEqual([[3], [1, 4], [5], [0, 2], []]);
  });

  it("the maxBatch of a delayed row applies as it is when the row is due", () => {
    const queue = new PrimaryQueue<{ primaryKey: string; maxBatch: number }>();
    const [ann, bob] = [
      { primaryKey: "ann", maxBatch: 5 },
      { primaryKey: "bob", maxBatch: 5 },
    ];
    queue.add(ann);
    queue.add(bob);
    for (const row of queue.take(0, 5)) queue.delay(row, 10);
    bob.maxBatch = 1;
    expect(queue.take(10, 5)).toEqual([bob]);
    expect(queue.take(10, 5)).toEqual([ann]);
  });
});

it("completing a row that was not taken is an internal error", () => {
  const queue = queueOf("ann", "ann");
  take(queue);
  expect(() => queue.complete({ primaryKey: "ann", id: 1, maxBatch: 1 })).toThrow("not taken");
  expect(() => queue.complete({ primaryKey: "zoe", id: 1, maxBatch: 1 })).toThrow("not taken");
});

/** What someone does with the queue next. */
type Step =
  | { readonly kind: "add"; readonly primary: string }
  | { readonly kind: "take" }
  | { readonly kind: "settle" | "park"; readonly which: number; readonly forMs: number }
  | { readonly kind: "pass"; readonly forMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("add"), primary: fc.constantFrom("ann", "bob", "cyd", "dan") }),
  fc.record({ kind: fc.constant("take") }),
  fc.record({ kind: fc.constantFrom("settle", "park"), which: fc.nat(9), forMs: fc.nat(50) }),
  fc.record({ kind: fc.constant("pass"), forMs: fc.nat(40) }),
);

it("for any sequence of operations, no two rows of a primary are in flight, and none is lost, repeated or overtaken", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new PrimaryQueue<Item>();
      const out: Item[] = [];
      const waiting = new Map<Item, number>();
      const settled: Item[] = [];
      let nowMs = 0;
      let count = 0;

      const takeOne = (): Item | undefined => {
        const item = next(queue, nowMs);
        if (item === undefined) return undefined;
        expect(out.some(({ primaryKey }) => primaryKey === item.primaryKey)).toBe(false);
        expect(waiting.get(item) ?? 0).toBeLessThanOrEqual(nowMs);
        for (const other of waiting.keys()) {
          if (other.primaryKey === item.primaryKey) expect(other).toBe(item);
        }
        waiting.delete(item);
        out.push(item);
        return item;
      };
      const settle = (item: Item): void => {
        out.splice(out.indexOf(item), 1);
        queue.complete(item);
        settled.push(item);
      };

      for (const it of steps) {
        if (it.kind === "add") {
          queue.add({ primaryKey: it.primary, id: count, maxBatch: 1 });
          count += 1;
        } else if (it.kind === "take") {
          takeOne();
        } else if (it.kind === "pass") {
          nowMs += it.forMs;
        } else {
          const item = out[it.which % Math.max(1, out.length)];
          if (item === undefined) continue;
          if (it.kind === "settle") {
            settle(item);
          } else {
            out.splice(out.indexOf(item), 1);
            queue.delay(item, nowMs + it.forMs);
            waiting.set(item, nowMs + it.forMs);
          }
        }
        expect(queue.size).toBe(count - settled.length);
        // Rows that are due wait on as parked ones until somebody asks for a row.
        expect(queue.delayedCount === 0).toBe(queue.nextDueMs === undefined);
        for (const dueMs of waiting.values()) {
          if (dueMs > nowMs) expect(queue.nextDueMs).toBeLessThanOrEqual(dueMs);
        }
      }

      // Then all that is left is sent.
      for (const item of [...out]) settle(item);
      nowMs += 1000;
      for (let item = takeOne(); item !== undefined; item = takeOne()) settle(item);
      expect(settled.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
        Array.from({ length: count }, (_, id) => id),
      );
      for (const primary of ["ann", "bob", "cyd", "dan"]) {
        const ids = settled.filter(({ primaryKey }) => primaryKey === primary).map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      }
      expect([queue.size, queue.isReady, queue.delayedCount]).toEqual([0, false, 0]);
    }),
    { numRuns: 300 },
  );
});

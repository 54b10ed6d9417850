import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchSize } from "../../src/engine/batch-size.ts";

/** Sends rows as an import does, in calls that are halved when refused; returns how many rows each call had. */
function send(rows: readonly boolean[], most: number, limit: number): { calls: number[]; learnt: BatchSize } {
  const learnt = new BatchSize(most);
  const calls: number[] = [];
  const make = (part: readonly { readonly isPoison: boolean; refusedWith: number }[]): void => {
    calls.push(part.length);
    const [only] = part;
    if (part.length === 1 && only !== undefined) {
      if (only.isPoison && only.refusedWith > 0) learnt.forget(only.refusedWith);
      learnt.accepted(1);
      return;
    }
    if (part.length <= limit && !part.some(({ isPoison }) => isPoison)) {
      learnt.accepted(part.length);
      return;
    }
    for (const row of part) row.refusedWith = Math.max(row.refusedWith, part.length);
    learnt.rejected(part.length);
    const middle = Math.ceil(part.length / 2);
    make(part.slice(0, middle));
    make(part.slice(middle));
  };
  const left = rows.map((isPoison) => ({ isPoison, refusedWith: 0 }));
  while (left.length > 0) make(left.splice(0, learnt.current));
  return { calls, learnt };
}

const good = (count: number): boolean[] => Array.from({ length: count }, () => false);

describe("the rows of a call", () => {
  it("the batch size stays at its maximum while no batch is rejected", () => {
    expect(send(good(100), 25, 100).calls).toEqual([25, 25, 25, 25]);
  });

  it("the batch size is halved until the server accepts it, once per run", () => {
    const { calls, learnt } = send(good(500), 100, 30);
    expect(learnt.current).toBe(25);
    expect(calls.slice(0, 7)).toEqual([100, 50, 25, 25, 50, 25, 25]);
    expect(new Set(calls.slice(7))).toEqual(new Set([25]));
  });

  it("the batch size recovers once a single row is known to be the cause", () => {
    const { calls, learnt } = send([true, ...good(99)], 25, 100);
    expect(learnt.current).toBe(25);
    expect(calls.slice(-3)).toEqual([25, 25, 25]);
    // The poisonous row is found in as many calls as halving takes; its neighbours go in larger parts.
    expect(calls.length).toBeLessThanOrEqual(4 + 2 * Math.ceil(Math.log2(25)));
  });

  it("a rejection does not lower a batch size that was accepted before", () => {
    const { calls } = send([...good(25), true, ...good(49)], 25, 100);
    expect(calls.at(-1)).toBe(25);
  });

  it("bad rows do not lower the batch size below what the server accepts", () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => index % 97 === 5);
    const { learnt } = send(rows, 100, 30);
    expect(learnt.current).toBeLessThanOrEqual(30);
    expect(learnt.current).toBeGreaterThanOrEqual(12);
  });

  it("the batch size recovers when a batch of the rejected size is accepted later", () => {
    const learnt = new BatchSize(25);
    learnt.rejected(20);
    expect(learnt.current).toBe(10);
    learnt.accepted(19);
    expect(learnt.current).toBe(19);
    learnt.accepted(20);
    expect(learnt.current).toBe(25);
    learnt.rejected(20);
    expect(learnt.current).toBe(25);
  });

  it("a bad row lowers the batch size only while a larger batch may have been rejected for its size", () => {
    const learnt = new BatchSize(25);
    learnt.forget(25);
    expect(learnt.current).toBe(25);
    learnt.rejected(20);
    learnt.forget(19);
    expect(learnt.current).toBe(10);
    learnt.forget(20);
    expect(learnt.current).toBe(25);
  });

  it("the batch size is always between one and its maximum, and every row is sent", () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 200 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 120 }),
        (rows, most, limit) => {
          const { calls, learnt } = send(rows, most, limit);
          expect(Math.max(0, ...calls)).toBeLessThanOrEqual(most);
          expect(learnt.current).toBeGreaterThanOrEqual(1);
          expect(learnt.current).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});

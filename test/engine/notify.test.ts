import { expect, it } from "vitest";
import { Notify } from "../../src/engine/notify.ts";
import { OwnClock, settled } from "./own-clock.ts";

function waiting(notify: Notify, ms: number | undefined): { done: boolean } {
  const state = { done: false };
  void notify.wait(ms).then(() => {
    state.done = true;
  });
  return state;
}

it("a wait ends on notify and leaves no timer", async () => {
  const clock = new OwnClock();
  const notify = new Notify(clock);
  const wait = waiting(notify, 1000);
  await settled();
  expect([wait.done, clock.sleeping]).toEqual([false, 1]);
  notify.notify();
  await settled();
  expect([wait.done, clock.sleeping]).toEqual([true, 0]);
});

it("a wait ends at its time-out and not before", async () => {
  const clock = new OwnClock();
  const wait = waiting(new Notify(clock), 1000);
  await clock.pass(999);
  expect(wait.done).toBe(false);
  await clock.pass(1);
  expect(wait.done).toBe(true);
});

it("a wait without time-out ends only on notify", async () => {
  const clock = new OwnClock();
  const notify = new Notify(clock);
  const wait = waiting(notify, undefined);
  await settled();
  expect(clock.sleeping).toBe(0);
  await clock.pass(1e12);
  expect([wait.done, clock.sleeping]).toEqual([false, 0]);
  notify.notify();
  await settled();
  expect(wait.done).toBe(true);
});

it("a stored notification ends the next wait immediately, and only that one", async () => {
  const clock = new OwnClock();
  const notify = new Notify(clock);
  notify.notify();
  notify.notify();
  const first = waiting(notify, 1000);
  await settled();
  const second = waiting(notify, 1000);
  await settled();
  expect([first.done, second.done]).toEqual([true, false]);
});

it("a Notify can be used for any number of waits", async () => {
  const clock = new OwnClock();
  const notify = new Notify(clock);
  for (let round = 0; round < 5; round += 1) {
    const wait = waiting(notify, 1000);
    await settled();
    if (round % 2 === 0) notify.notify();
    await clock.pass(round % 2 === 0 ? 0 : 1000);
    expect(wait.done).toBe(true);
  }
  expect(clock.sleeping).toBe(0);
});

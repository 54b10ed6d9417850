import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseDeadline, parseResendBefore } from "../../src/config/times.ts";

const iso = (reading: ReturnType<typeof parseDeadline>): string => {
  return reading.ok ? new Date(reading.epochMs).toISOString().replace(".000Z", "Z") : reading.reason;
};
const deadline = (text: string, now: string) => iso(parseDeadline(text, Date.parse(now)));

let zone: string | undefined;
beforeEach(() => {
  zone = process.env["TZ"];
  process.env["TZ"] = "Europe/Berlin";
});
afterEach(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

describe("parseDeadline", () => {
  it.each([
    ["06:00", "2026-11-22T12:00:00Z", "2026-11-23T05:00:00Z"],
    ["6:00", "2026-11-22T12:00:00Z", "2026-11-23T05:00:00Z"],
    ["13:01", "2026-11-22T12:00:00Z", "2026-11-22T12:01:00Z"],
    ["13:00", "2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z"],
    ["00:00", "2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z"],
  ])("a time of day is the next one on the local clock: %s from %s on", (text, now, expected) => {
    expect(deadline(text, now)).toBe(expected);
  });

  it.each([
    ["before clocks go forward", "06:00", "2026-03-28T20:00:00Z", "2026-03-29T04:00:00Z"],
    [
      "a time in the gap, which means the instant after it",
      "02:30",
      "2026-03-29T00:00:00Z",
      "2026-03-29T01:30:00Z",
    ],
    ["before clocks go back", "06:00", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"],
    ["a time that occurs twice, before the first", "02:30", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"],
    ["a time that occurs twice, before the second", "02:30", "2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z"],
    ["a time that occurred twice", "02:30", "2026-10-25T01:45:00Z", "2026-10-26T01:30:00Z"],
  ])("a time of day is the next one when clocks change: %s", (_, text, now, expected) => {
    expect(deadline(text, now)).toBe(expected);
  });

  it.each([
    ["90s", "2026-11-22T12:01:30Z"],
    ["2h30m", "2026-11-22T14:30:00Z"],
    ["45m", "2026-11-22T12:45:00Z"],
    ["1d12h", "2026-11-24T00:00:00Z"],
  ])("a duration counts from now: %s", (text, expected) => {
    expect(deadline(text, "2026-11-22T12:00:00Z")).toBe(expected);
  });

  it.each([
    ["2026-11-23T06:00", "2026-11-23T05:00:00Z"],
    ["2026-11-23 06:00:30", "2026-11-23T05:00:30Z"],
    ["2026-11-23T06:00Z", "2026-11-23T06:00:00Z"],
    ["2026-11-23T06:00+05:30", "2026-11-23T00:30:00Z"],
    ["2026-11-23T06:00-0800", "2026-11-23T14:00:00Z"],
    ["2026-11-23", "2026-11-22T23:00:00Z"],
  ])("an ISO time is local unless it has an offset: %s", (text, expected) => {
    expect(deadline(text, "2026-11-22T12:00:00Z")).toBe(expected);
  });

  it.each(["2026-11-22T11:59Z", "2026-11-22", "0s"])("rejects a deadline in the past: %s", (text) => {
    expect(deadline(text, "2026-11-22T12:00:00Z")).toMatch(/is in the past/);
  });

  it.each([
    "",
    "soon",
    "24:00",
    "06:60",
    "06",
    "30m2h",
    "2h 30m",
    "-5m",
    "2027-02-29",
    "2027-13-01",
    "2027-01-01T25:00",
  ])("rejects other text as a deadline: %j", (text) => {
    expect(deadline(text, "2026-11-22T12:00:00Z")).toMatch(/^expected a time such as/);
  });
});

describe("parseResendBefore", () => {
  const resendBefore = (text: string) => iso(parseResendBefore(text, Date.parse("2026-11-22T12:00:00Z")));
  it.each([
    ["now", "2026-11-22T12:00:00Z"],
    ["30d", "2026-10-23T12:00:00Z"],
    ["1h", "2026-11-22T11:00:00Z"],
    ["2026-11-01", "2026-10-31T23:00:00Z"],
    ["2026-11-01T10:00Z", "2026-11-01T10:00:00Z"],
  ])("parses a duration, a date or an ISO time: %s", (text, expected) => {
    expect(resendBefore(text)).toBe(expected);
  });

  it("rejects an instant in the future", () => {
    expect(resendBefore("2062-11-01")).toMatch(/is in the future/);
  });

  it.each(["", "yesterday", "06:00", "2026-02-30"])(
    "rejects other text as an instant before now: %j",
    (text) => {
      expect(resendBefore(text)).toMatch(/^expected a time such as 30d/);
    },
  );
});

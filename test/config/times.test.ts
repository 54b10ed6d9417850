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

describe("a deadline is", () => {
  it.each([
    ["06:00", "2026-11-22T12:00:00Z", "2026-11-23T05:00:00Z"],
    ["6:00", "2026-11-22T12:00:00Z", "2026-11-23T05:00:00Z"],
    ["13:01", "2026-11-22T12:00:00Z", "2026-11-22T12:01:00Z"],
    ["13:00", "2026-11-22T12:00:00Z", "2026-11-23T12:00:00Z"],
    ["00:00", "2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z"],
  ])("the next local time of day: %s from %s on", (text, now, expected) => {
    expect(deadline(text, now)).toBe(expected);
  });

  it.each([
    ["before the clock is put forward", "06:00", "2026-03-28T20:00:00Z", "2026-03-29T04:00:00Z"],
    [
      "a time that is left out, counted after the gap",
      "02:30",
      "2026-03-29T00:00:00Z",
      "2026-03-29T01:30:00Z",
    ],
    ["before the clock is put back", "06:00", "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"],
    ["a time that comes twice, for the first time", "02:30", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"],
    ["a time that comes twice, for the second time", "02:30", "2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z"],
    ["a time that came twice", "02:30", "2026-10-25T01:45:00Z", "2026-10-26T01:30:00Z"],
  ])("the next local time of day: %s", (_, text, now, expected) => {
    expect(deadline(text, now)).toBe(expected);
  });

  it.each([
    ["90s", "2026-11-22T12:01:30Z"],
    ["2h30m", "2026-11-22T14:30:00Z"],
    ["45m", "2026-11-22T12:45:00Z"],
    ["1d12h", "2026-11-24T00:00:00Z"],
  ])("a duration from now: %s", (text, expected) => {
    expect(deadline(text, "2026-11-22T12:00:00Z")).toBe(expected);
  });

  it.each([
    ["2026-11-23T06:00", "2026-11-23T05:00:00Z"],
    ["2026-11-23 06:00:30", "2026-11-23T05:00:30Z"],
    ["2026-11-23T06:00Z", "2026-11-23T06:00:00Z"],
    ["2026-11-23T06:00+05:30", "2026-11-23T00:30:00Z"],
    ["2026-11-23T06:00-0800", "2026-11-23T14:00:00Z"],
    ["2026-11-23", "2026-11-22T23:00:00Z"],
  ])("an ISO time, local unless it names an offset: %s", (text, expected) => {
    expect(deadline(text, "2026-11-22T12:00:00Z")).toBe(expected);
  });

  it.each(["2026-11-22T11:59Z", "2026-11-22", "0s"])("not in the past: %s", (text) => {
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
  ])("nothing else: %j", (text) => {
    expect(deadline(text, "2026-11-22T12:00:00Z")).toMatch(/^expected a time such as/);
  });
});

describe("the point before which rows are sent again is", () => {
  const resendBefore = (text: string) => iso(parseResendBefore(text, Date.parse("2026-11-22T12:00:00Z")));
  it.each([
    ["now", "2026-11-22T12:00:00Z"],
    ["30d", "2026-10-23T12:00:00Z"],
    ["1h", "2026-11-22T11:00:00Z"],
    ["2026-11-01", "2026-10-31T23:00:00Z"],
    ["2026-11-01T10:00Z", "2026-11-01T10:00:00Z"],
  ])("%s", (text, expected) => {
    expect(resendBefore(text)).toBe(expected);
  });

  it("not in the future", () => {
    expect(resendBefore("2062-11-01")).toMatch(/is in the future/);
  });

  it.each(["", "yesterday", "06:00", "2026-02-30"])("nothing else: %j", (text) => {
    expect(resendBefore(text)).toMatch(/^expected a time such as 30d/);
  });
});

/** Result of parsing a point in time. */
export type ParsedTime =
  | { readonly ok: true; readonly epochMs: number }
  | { readonly ok: false; readonly reason: string };

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Parses `--deadline`: a time of day (`06:00`, the next one on the local clock), a duration from now (`2h30m`,
 * `90s`), or an ISO time (local unless it has an offset). The result is in the future.
 */
export function parseDeadline(text: string, nowEpochMs: number): ParsedTime {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  const epochMs =
    clock === null
      ? (after(nowEpochMs, durationMs(text)) ?? isoEpochMs(text))
      : nextLocalTime(Number(clock[1]), Number(clock[2]), nowEpochMs);
  if (epochMs === undefined) {
    return { ok: false, reason: "expected a time such as 06:00, 2h30m, 90s or 2026-01-31T06:00" };
  }
  if (epochMs <= nowEpochMs)
    return { ok: false, reason: `${new Date(epochMs).toISOString()} is in the past` };
  return { ok: true, epochMs };
}

/** Parses `--resend-before`: a duration before now (`30d`), an ISO date or time, or `now`. Rejects the future. */
export function parseResendBefore(text: string, nowEpochMs: number): ParsedTime {
  const ago = durationMs(text);
  const epochMs = text === "now" ? nowEpochMs : ago === undefined ? isoEpochMs(text) : nowEpochMs - ago;
  if (epochMs === undefined) {
    return { ok: false, reason: "expected a time such as 30d (ago), 2026-01-31, 2026-01-31T06:00 or now" };
  }
  if (epochMs > nowEpochMs)
    return { ok: false, reason: `${new Date(epochMs).toISOString()} is in the future` };
  return { ok: true, epochMs };
}

function after(nowEpochMs: number, ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : nowEpochMs + ms;
}

/** Parses `1d2h3m4s`; each part is optional, the order is fixed. */
function durationMs(text: string): number | undefined {
  const match = /^(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?$/.exec(text);
  if (match === null || text === "") return undefined;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  return (
    Number(days) * DAY_MS +
    Number(hours) * HOUR_MS +
    Number(minutes) * MINUTE_MS +
    Number(seconds) * SECOND_MS
  );
}

/**
 * Returns the first instant after now at which the local clock shows this time. When clocks go back, a time occurs
 * twice in a day. When they go forward, a time in the gap means the instant just after the gap, because a deadline one
 * day later would be a surprise.
 */
function nextLocalTime(hour: number, minute: number, nowEpochMs: number): number {
  const now = new Date(nowEpochMs);
  const candidates = [-1, 0, 1].flatMap((days) => {
    const first = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour, minute);
    const repeated = REPEATED_AFTER_MS.map((ms) => new Date(first.getTime() + ms)).filter((it) => {
      return it.getHours() === hour && it.getMinutes() === minute;
    });
    return [first, ...repeated].map((it) => it.getTime());
  });
  return Math.min(...candidates.filter((it) => it > nowEpochMs));
}

/** Clocks go back by an hour; on Lord Howe Island by half an hour. */
const REPEATED_AFTER_MS = [HOUR_MS / 2, HOUR_MS];

function isoEpochMs(text: string): number | undefined {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i.exec(text);
  if (match === null) return undefined;
  const [, year = "", month = "", day = "", time = "00:00", offset = ""] = match;
  // `Date` would turn February 31 into a day of March.
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(day) > lastDay) return undefined;
  const colon = /^[+-]\d{4}$/.test(offset)
    ? `${offset.slice(0, 3)}:${offset.slice(3)}`
    : offset.toUpperCase();
  const epochMs = Date.parse(`${year}-${month}-${day}T${time}${colon}`);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

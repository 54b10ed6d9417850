import { formatCount } from "../domain/format.ts";

/** A part of a line. If the line is too long, the part with the lowest weight is dropped first. */
export interface LinePart {
  readonly text: string;
  readonly weight: number;
}

const MAX_BAR_LENGTH = 24;
const MIN_BAR_LENGTH = 6;
const SEPARATOR = " · ";

/**
 * Formats a line such as `██████░░░░ 60 % · 12,000 of 20,000 rows · …`. It leaves the last column free, because some
 * terminals start a new line after a full one. The bar takes the space that the text leaves.
 */
export function progressLine(
  done: number,
  total: number,
  parts: readonly LinePart[],
  columns: number,
): string {
  const maxLength = columns - 1;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  // Rounded down, so that 100 % means that everything is done.
  const percent = `${Math.floor(share * 100)} %`;
  let kept = parts.filter(({ text }) => text !== "");
  while (kept.length > 0 && MIN_BAR_LENGTH + 1 + joinParts(percent, kept).length > maxLength) {
    const least = Math.min(...kept.map(({ weight }) => weight));
    kept = kept.filter(({ weight }) => weight !== least);
  }
  const words = joinParts(percent, kept);
  const length = Math.min(MAX_BAR_LENGTH, maxLength - 1 - words.length);
  if (length < MIN_BAR_LENGTH) return words.slice(0, Math.max(0, maxLength));
  const filled = Math.floor(share * length);
  return `${"█".repeat(filled)}${"░".repeat(length - filled)} ${words}`;
}

function joinParts(percent: string, parts: readonly LinePart[]): string {
  return [percent, ...parts.map(({ text }) => text)].join(SEPARATOR);
}

/** State of the sending, formatted for people. Also the fields of a log record. */
export interface SendingWords {
  /** Rows to send. */
  readonly total: number;
  /** Rows with a final outcome. */
  readonly done: number;
  readonly rate: string;
  /** Applied now or in earlier runs. */
  readonly inPlace: number;
  readonly failed: number;
  readonly waiting: number;
  readonly quota: string | undefined;
  readonly left: string;
}

/** Formats the progress of an import. On a narrow terminal, rows, time left and failures are dropped last. */
export function sendingLine(words: SendingWords, columns: number): string {
  const { total, done, failed, inPlace, left, quota, rate, waiting } = words;
  const parts: LinePart[] = [
    { text: `${formatCount(done)} of ${formatCount(total)} rows`, weight: 8 },
    { text: `${rate}/s`, weight: 5 },
    { text: `${formatCount(inPlace)} in place`, weight: 4 },
    { text: `${formatCount(failed)} failed`, weight: failed > 0 ? 7 : 2 },
    { text: `${formatCount(waiting)} waiting`, weight: waiting > 0 ? 6 : 1 },
    { text: quota === undefined ? "" : `quota ${quota}`, weight: 3 },
    { text: left, weight: 9 },
  ];
  return progressLine(done, total, parts, columns);
}

/** Time span of the rate: long enough to be stable, short enough to follow a change. */
const SPAN_MS = 15_000;

/** Rate of a growing counter over the last seconds. */
export class Rate {
  readonly #seen: { readonly value: number; readonly atMs: number }[] = [];

  /** Adds the current value and returns the rate; 0 until there is an earlier value. */
  perSecond(value: number, atMs: number): number {
    this.#seen.push({ value, atMs });
    while (this.#seen.length > 2 && (this.#seen[1]?.atMs ?? atMs) <= atMs - SPAN_MS) this.#seen.shift();
    const [oldest] = this.#seen;
    if (oldest === undefined || atMs <= oldest.atMs) return 0;
    return ((value - oldest.value) * 1_000) / (atMs - oldest.atMs);
  }
}

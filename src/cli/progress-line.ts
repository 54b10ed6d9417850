import { formatCount } from "../domain/format.ts";

/** A part of a line; where there is no room for all, the one of the least weight goes first. */
export interface LinePart {
  readonly text: string;
  readonly weight: number;
}

const LONGEST_BAR = 24;
const SHORTEST_BAR = 6;
const BETWEEN = " · ";

/**
 * `██████░░░░ 60 % · 12,000 of 20,000 rows · …`, never longer than the terminal is wide, less one column: a full
 * line would make some terminals begin the next. The bar takes what the words leave it.
 */
export function progressLine(
  done: number,
  total: number,
  parts: readonly LinePart[],
  columns: number,
): string {
  const room = columns - 1;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  // Rounded down: 100 % is said when all is done.
  const percent = `${Math.floor(share * 100)} %`;
  let kept = parts.filter(({ text }) => text !== "");
  while (kept.length > 0 && SHORTEST_BAR + 1 + wordsOf(percent, kept).length > room) {
    const least = Math.min(...kept.map(({ weight }) => weight));
    kept = kept.filter(({ weight }) => weight !== least);
  }
  const words = wordsOf(percent, kept);
  const length = Math.min(LONGEST_BAR, room - 1 - words.length);
  if (length < SHORTEST_BAR) return words.slice(0, Math.max(0, room));
  const filled = Math.floor(share * length);
  return `${"█".repeat(filled)}${"░".repeat(length - filled)} ${words}`;
}

function wordsOf(percent: string, parts: readonly LinePart[]): string {
  return [percent, ...parts.map(({ text }) => text)].join(BETWEEN);
}

/** How the sending stands, in words. */
export interface SendingWords {
  /** Rows that are to be sent, and those of them that have their outcome. */
  readonly total: number;
  readonly done: number;
  readonly rate: string;
  /** Applied now or in earlier runs. */
  readonly inPlace: number;
  readonly failed: number;
  readonly waiting: number;
  readonly quota: string | undefined;
  readonly left: string;
}

/** What is said last to be left out: how much, how long, and what goes wrong. */
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

/** How far back the rate looks: long enough to be calm, short enough to notice a change. */
const SPAN_MS = 15_000;

/** A rate over the last seconds, of something that only grows. */
export class Rate {
  readonly #seen: { readonly value: number; readonly atMs: number }[] = [];

  /** Takes in the value as it is now; 0 until there is something to compare it with. */
  perSecond(value: number, atMs: number): number {
    this.#seen.push({ value, atMs });
    while (this.#seen.length > 2 && (this.#seen[1]?.atMs ?? atMs) <= atMs - SPAN_MS) this.#seen.shift();
    const [oldest] = this.#seen;
    if (oldest === undefined || atMs <= oldest.atMs) return 0;
    return ((value - oldest.value) * 1_000) / (atMs - oldest.atMs);
  }
}

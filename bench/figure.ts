/** One measured quantity. */
export interface Figure {
  readonly what: string;
  /** The median of the rounds. */
  readonly value: number;
  /** The values of all rounds, if there were several. */
  readonly rounds?: readonly number[];
  /** The target. */
  readonly wanted?: { readonly atLeast: number } | { readonly atMost: number };
}

/** Runs a measurement; `say` reports its progress. */
export type Scenario = (say: (line: string) => void) => Promise<readonly Figure[]>;

export function figureOf(what: string, rounds: readonly number[], wanted?: Figure["wanted"]): Figure {
  const sorted = rounds.toSorted((a, b) => a - b);
  const value = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return {
    what,
    value: rounded(value),
    ...(rounds.length > 1 ? { rounds: rounds.map(rounded) } : {}),
    ...(wanted === undefined ? {} : { wanted }),
  };
}

/** Formats a value without the digits that are noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** Formats a line of a Markdown table. */
export function tableLine({ what, value, rounds, wanted }: Figure): string {
  const all = rounds === undefined ? "" : `${shown(Math.min(...rounds))} to ${shown(Math.max(...rounds))}`;
  const cells = [
    what,
    shown(value),
    all,
    wanted === undefined ? "" : wantedText(wanted),
    verdict(value, wanted),
  ];
  return `| ${cells.join(" | ")} |`;
}

export const TABLE_HEADER = "| figure | median | rounds | wanted | |\n|---|---|---|---|---|";

function wantedText(wanted: NonNullable<Figure["wanted"]>): string {
  return "atLeast" in wanted ? `at least ${shown(wanted.atLeast)}` : `at most ${shown(wanted.atMost)}`;
}

function verdict(value: number, wanted: Figure["wanted"]): string {
  if (wanted === undefined) return "";
  return ("atLeast" in wanted ? value >= wanted.atLeast : value <= wanted.atMost) ? "met" : "NOT met";
}

function shown(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en-US")
    : value.toFixed(value < 0.1 ? 4 : 2);
}

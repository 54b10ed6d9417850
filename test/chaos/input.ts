import type { Draws } from "./draws.ts";

/** A generated input: records under a header, which may be edited from one run to the next. */
export interface ChaosInput {
  readonly lineBreak: string;
  readonly bom: boolean;
  readonly records: readonly ChaosRecord[];
}

/** `isPlain`: its aliases are its own, which no other record concerns. */
interface ChaosRecord {
  readonly isPlain: boolean;
  /** None for a blank line. */
  readonly cells: readonly string[];
}

const HEADER = "aliasFor,alias,note";
/** Aliases that go wrong in every simulator, the more the merrier up to a few. */
const FAULTY = [
  "busy-once",
  "http-503-once",
  "drop-once",
  "html-once",
  "lost-answer-once",
  "forbidden",
  "invalid",
];
/** Tried in vain by every run, which costs each of them some seconds. */
const HOPELESS = "busy";
const MOST_HOPELESS = 2;

/** Several primaries, some with many aliases; and in between all that a file may hold that is not to be sent. */
export function chaosInput(draws: Draws): ChaosInput {
  const size = draws.ofAnySize(12, 250);
  const primaryCount = Math.max(2, Math.round(size / draws.oneOf([1, 2, 5, 12])));
  const primary = (): string => `${draws.chance(0.1) ? "P" : "p"}${draws.from(1, primaryCount)}@new.example`;
  const lineBreak = draws.oneOf(["\n", "\r\n"]);
  const records: ChaosRecord[] = [];
  const oddShare = draws.oneOf([0, 0.1, 0.3]);
  const listShare = draws.oneOf([0, 0, 0.3]);
  let hopeless = 0;
  const odd = (index: number): ChaosRecord => {
    const [aliasFor = "", alias = ""] = draws.oneOf(records).cells;
    const own = `a${index}@old.example`;
    switch (draws.from(0, 9)) {
      case 0:
        return oddRecord(aliasFor.toUpperCase(), alias);
      case 1:
        return oddRecord(primary(), alias);
      case 2:
        return oddRecord(primary(), `p${draws.from(1, primaryCount)}@new.example`);
      case 3:
        return { isPlain: false, cells: [primary(), own] };
      case 4:
        return { isPlain: false, cells: [primary(), own, "", "one too many"] };
      case 5:
        return oddRecord(draws.oneOf(["", "no address", own]), own);
      case 6:
        return { isPlain: false, cells: [] };
      case 7:
        if (hopeless === MOST_HOPELESS) return oddRecord(primary(), own);
        hopeless += 1;
        return oddRecord(primary(), `${HOPELESS}-${index}@faults.example`);
      default:
        return oddRecord(primary(), `${draws.oneOf(FAULTY)}-${index}@faults.example`);
    }
  };
  for (let index = 1; index <= size; index += 1) {
    if (records.length > 0 && draws.chance(oddShare)) records.push(odd(index));
    else
      records.push({
        isPlain: true,
        cells: [primary(), aliasCell(index, listShare, draws), note(draws, lineBreak)],
      });
  }
  return { lineBreak, bom: draws.chance(0.1), records };
}

/** The same input, with other primaries for some of its aliases. */
export function edited(input: ChaosInput, draws: Draws): ChaosInput {
  const records = input.records.map((record) =>
    record.isPlain && draws.chance(0.2)
      ? { ...record, cells: [`moved${draws.from(1, 5)}@new.example`, ...record.cells.slice(1)] }
      : record,
  );
  return { ...input, records };
}

export function shuffled(input: ChaosInput, draws: Draws): ChaosInput {
  return { ...input, records: draws.shuffled(input.records) };
}

export function textOf({ bom, lineBreak, records }: ChaosInput): string {
  const lines = [HEADER, ...records.map(({ cells }) => cells.map(quoted).join(","))];
  return `${bom ? "\u{feff}" : ""}${lines.map((line) => `${line}${lineBreak}`).join("")}`;
}

/** An address, or a list of some as Exchange exports them. */
function aliasCell(index: number, listShare: number, draws: Draws): string {
  if (!draws.chance(listShare)) return `a${index}@old.example`;
  const entries = Array.from(
    { length: draws.from(1, 5) },
    (_, place) => `smtp:a${index}-${place}@old.example`,
  );
  return draws.shuffled([...entries, "x500:/o=Old/cn=any"]).join(";");
}

function oddRecord(aliasFor: string, alias: string): ChaosRecord {
  return { isPlain: false, cells: [aliasFor, alias, "odd"] };
}

function note(draws: Draws, lineBreak: string): string {
  return draws.oneOf(["", "", "", "Sales", "a, b", `says "so"`, `two${lineBreak}lines`]);
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

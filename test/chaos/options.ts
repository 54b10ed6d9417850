import type { Draws } from "./draws.ts";

/** The options of a run. */
export interface ImportOptions {
  readonly concurrency: number;
  readonly rowsPerRequest: number;
  readonly maxAttempts: number;
  readonly limit?: number;
  readonly deadline?: string;
  readonly maxFailures?: string;
  readonly allowMove: boolean;
  readonly json: boolean;
  readonly talking: "" | "--quiet" | "--verbose";
}

/** Of a run that is to bring everything into place. */
export const LAST_OPTIONS: ImportOptions = {
  concurrency: 64,
  rowsPerRequest: 1,
  maxAttempts: 6,
  allowMove: false,
  json: true,
  talking: "",
};

export function drawnOptions(recordCount: number, allowMove: boolean, draws: Draws): ImportOptions {
  return {
    concurrency: draws.oneOf([1, 2, 3, 8, 16, 64]),
    rowsPerRequest: draws.chance(0.6) ? 1 : draws.from(2, 25),
    maxAttempts: draws.from(1, 6),
    ...(draws.chance(0.2) ? { limit: draws.from(1, recordCount) } : {}),
    ...(draws.chance(0.15) ? { deadline: draws.oneOf(["1s", "2s"]) } : {}),
    ...(draws.chance(0.15) ? { maxFailures: draws.oneOf(["1", "3", "10", "5%", "50%"]) } : {}),
    allowMove,
    json: draws.chance(0.5),
    talking: draws.oneOf(["", "", "--quiet", "--verbose"] as const),
  };
}

export function optionWords(options: ImportOptions): string[] {
  const { concurrency, rowsPerRequest, maxAttempts, limit, deadline, maxFailures, talking } = options;
  return [
    ...["--concurrency", String(concurrency), "--rows-per-request", String(rowsPerRequest)],
    ...["--max-attempts", String(maxAttempts)],
    ...(limit === undefined ? [] : ["--limit", String(limit)]),
    ...(deadline === undefined ? [] : ["--deadline", deadline]),
    ...(maxFailures === undefined ? [] : ["--max-failures", maxFailures]),
    ...(options.allowMove ? ["--allow", "move"] : []),
    ...(options.json ? ["--json"] : []),
    ...(talking === "" ? [] : [talking]),
  ];
}

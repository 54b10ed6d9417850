import type { CallTrace, WholeAnswer } from "./answer.ts";
import type { Page } from "./page.ts";

/** What one call that only reads came to: what was asked for, or what any call can come to. */
type ReadAnswer<T> = { readonly kind: "passed"; readonly value: T } | WholeAnswer;

/** One call that only reads, and what came of it. */
export interface ReadExchange<T> extends CallTrace {
  readonly answer: ReadAnswer<T>;
}

export type PageExchange<T> = ReadExchange<Page<T>>;

import type { Answer } from "../domain/answer.ts";
import type { CallEffect } from "../engine/traffic.ts";

/**
 * What a call means for the others. It got through if Mimecast judged its rows, whatever the judgement; an answer
 * that tells rows apart did so.
 */
export function effectOf(answers: readonly Answer[]): CallEffect {
  const [first, ...others] = answers;
  if (first === undefined || others.some(({ kind }) => kind !== first.kind)) return PASSED;
  switch (first.kind) {
    case "applied":
    case "failed":
    case "refused-whole":
      return PASSED;
    case "unsettled":
      // A success that names none of its rows is no answer.
      return first.mayBeInPlace ? { kind: "unanswered", failure: first.failure } : PASSED;
    default:
      return first;
  }
}

const PASSED = { kind: "passed" } as const;

import { RunError, type RunErrorKind } from "../domain/run-error.ts";
import type { PageError } from "../engine/pages.ts";

/** A page that can't be had, as the end of the run: what it is a page of, its number, and why. */
export function pageRunError(what: string, error: PageError): RunError {
  return new RunError(KINDS[error.kind], `${what}, ${error.message}`, { cause: error });
}

const KINDS: Readonly<Record<PageError["kind"], RunErrorKind>> = {
  failed: "incomplete",
  refused: "refused",
  unreachable: "unreachable",
};

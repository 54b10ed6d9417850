/** The reasons why a run can't start or continue. Each kind has its own exit code. */
export type RunErrorKind =
  | "usage"
  | "settings"
  | "input"
  | "input-not-found"
  | "locked"
  | "output"
  /** A result that must be complete could not be read completely. */
  | "incomplete"
  | "refused"
  | "unreachable";

/**
 * An error that ends the run and that the user can fix. The message is complete: it says what went wrong, where, and
 * what to do next. Users see it without a stack trace.
 */
export class RunError extends Error {
  override readonly name = "RunError";
  readonly kind: RunErrorKind;

  constructor(kind: RunErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

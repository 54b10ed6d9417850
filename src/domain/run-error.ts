/** Why a run can't start or go on. `cli` gives each kind its exit code. */
export type RunErrorKind =
  | "usage"
  | "settings"
  | "input"
  | "input-not-found"
  | "locked"
  | "output"
  /** What was to be whole could not be had whole. */
  | "incomplete"
  | "refused"
  | "unreachable";

/**
 * A reason for which the run ends that a user can do something about. The message is complete: what went
 * wrong, where, and what to do next. It is shown without a stack trace.
 */
export class RunError extends Error {
  override readonly name = "RunError";
  readonly kind: RunErrorKind;

  constructor(kind: RunErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

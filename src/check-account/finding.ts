/** What is looked at, in the order in which it is told. */
export type Checked =
  | "settings"
  | "host"
  | "clock"
  | "credentials"
  | "import"
  | "export"
  | "verify"
  | "quota";

/**
 * `ok` · `note`: works, but should be looked at · `not-ok`: does not work · `not-seen`: can't be known without
 * changing something, or because something before it does not work.
 */
export type FindingState = "ok" | "note" | "not-ok" | "not-seen";

/** What was found, and where it is not ok, what to do about it: one line. May hold words from outside. */
export interface Finding {
  readonly check: Checked;
  readonly state: FindingState;
  readonly message: string;
}

export function finding(check: Checked, state: FindingState, message: string): Finding {
  return { check, state, message };
}

/** Why sending ended before every row had its turn. */
export type StopReason =
  | { readonly kind: "signal"; readonly signal: StopSignal; readonly message: string }
  | {
      readonly kind: "max-failures" | "deadline" | "limit" | "refused" | "unreachable";
      readonly message: string;
    };

export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

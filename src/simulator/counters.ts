/** What a simulator counts from its start on. */
export interface SimulatorCounters {
  /** Requests under `/api/`, whatever became of them. */
  readonly calls: number;
  /** Calls refused because the quota was used up. */
  readonly answered429: number;
  readonly tokensIssued: number;
  /** Requests whose connection was closed without an answer. */
  readonly dropped: number;
  /** Requests that are in the simulator now, `/oauth/token` included. */
  readonly inFlight: number;
  /** The most requests that were in the simulator at one moment, `/oauth/token` included. */
  readonly mostInFlight: number;
  /** Answers by HTTP status, `/oauth/token` and cut-off answers included. */
  readonly byStatus: ReadonlyMap<number, number>;
}

/** Counts as requests come and go. */
export class Counters implements SimulatorCounters {
  calls = 0;
  answered429 = 0;
  tokensIssued = 0;
  dropped = 0;
  inFlight = 0;
  mostInFlight = 0;
  readonly byStatus = new Map<number, number>();

  arrived(isCall: boolean): void {
    if (isCall) this.calls += 1;
    this.inFlight += 1;
    if (this.inFlight > this.mostInFlight) this.mostInFlight = this.inFlight;
  }

  issuedToken(): void {
    this.tokensIssued += 1;
  }

  /** `status` is undefined where the connection is closed instead of an answer, or was lost by the client. */
  left(status: number | undefined): void {
    this.inFlight -= 1;
    if (status === undefined) this.dropped += 1;
    else this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
  }
}

/** Counts of a simulator since its start. */
export interface SimulatorCounters {
  /** Requests under `/api/`, whatever their result. */
  readonly calls: number;
  /** Calls refused because the quota was used up. */
  readonly answered429: number;
  readonly tokensIssued: number;
  /** Requests whose connection closed without an answer. */
  readonly dropped: number;
  /** Requests in flight now, `/oauth/token` included. */
  readonly inFlight: number;
  /** Maximum number of requests in flight at one time, `/oauth/token` included. */
  readonly mostInFlight: number;
  /** Answers by HTTP status, `/oauth/token` and cut-off answers included. */
  readonly byStatus: ReadonlyMap<number, number>;
}

/** Counters that the server updates as requests arrive and leave. */
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

  /** Counts a request that left. `status` is undefined if either side closed the connection before an answer. */
  left(status: number | undefined): void {
    this.inFlight -= 1;
    if (status === undefined) this.dropped += 1;
    else this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
  }
}

import { randomBytes } from "node:crypto";

/** Enough to tell an expired token from an unknown one in any test or rehearsal, and little memory. */
const REMEMBERED_TOKENS = 1000;

const TOKEN_BYTES = 24;

/** The access tokens of API 2.0 that were issued, each with its expiry. */
export class Tokens {
  readonly lifetimeSeconds: number;
  readonly #expiresAtMs = new Map<string, number>();

  constructor(lifetimeSeconds: number) {
    this.lifetimeSeconds = lifetimeSeconds;
  }

  /** A new random token. Of more than {@link REMEMBERED_TOKENS} the oldest is forgotten. */
  issue(nowMs: number): string {
    const token = randomBytes(TOKEN_BYTES).toString("base64url");
    this.#expiresAtMs.set(token, nowMs + this.lifetimeSeconds * 1000);
    if (this.#expiresAtMs.size > REMEMBERED_TOKENS) {
      for (const oldest of this.#expiresAtMs.keys()) {
        this.#expiresAtMs.delete(oldest);
        break;
      }
    }
    return token;
  }

  state(token: string, nowMs: number): "valid" | "expired" | "unknown" {
    const expiresAtMs = this.#expiresAtMs.get(token);
    if (expiresAtMs === undefined) return "unknown";
    return nowMs < expiresAtMs ? "valid" : "expired";
  }

  /** Ends the life of every token issued so far. */
  expireAll(): void {
    for (const token of this.#expiresAtMs.keys()) this.#expiresAtMs.set(token, Number.NEGATIVE_INFINITY);
  }
}

import { stripControlCharacters } from "../domain/display-text.ts";
import { createRedactor, type Redactor } from "../domain/redact.ts";

/** What came from outside, made fit for a message: without secrets, on one line, bounded. */
export type Sanitize = (text: string, maxLength?: number) => string;

/** Keeps the account's secrets out of messages, whoever repeats them. */
export interface Sanitizer {
  /** A secret that came up later: an access token. Of these the latest few are kept. */
  add(token: string): void;
  readonly sanitize: Sanitize;
}

/** Enough for a sentence or two of the API's own, and for a cell that is still read. */
export const MAX_MESSAGE_LENGTH = 300;
/** A message as long as the longest answer would take seconds to search. */
const MAX_READ_LENGTH = 20_000;

/** @param shared redacts for others too, who then know these secrets and the tokens as well */
export function createSanitizer(secrets: readonly string[], shared: Redactor = createRedactor()): Sanitizer {
  shared.add(secrets);
  return {
    add: (token) => shared.addToken(token),
    sanitize(text, maxLength = MAX_MESSAGE_LENGTH) {
      // Before the cut, as half a secret is one too. Half a surrogate pair is no text, and some who store it choke on it.
      const clean = shared.redact(beginning(text, MAX_READ_LENGTH).toWellFormed());
      const line = stripControlCharacters(clean).replace(/\s+/g, " ").trim();
      return bounded(line, maxLength);
    },
  };
}

/** Marks the cut, by which a secret that it halves is found. */
function beginning(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

function bounded(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

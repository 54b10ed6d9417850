import { stripControlCharacters } from "../domain/display-text.ts";
import { createRedactor, type Redactor } from "../domain/redact.ts";

/** Sanitizes external text for a message: secrets redacted, single line, limited length. */
export type Sanitize = (text: string, maxLength?: number) => string;

/** Keeps the account's secrets out of messages that quote external text. */
export interface Sanitizer {
  /** Adds an access token to the secrets. Only the latest few tokens are kept. */
  add(token: string): void;
  readonly sanitize: Sanitize;
}

/** Maximum length of a message: room for a sentence or two from the API, short enough for a cell. */
export const MAX_MESSAGE_LENGTH = 300;
/** Maximum length of the input. Searching a text as long as the longest response would take seconds. */
const MAX_READ_LENGTH = 20_000;

/**
 * Creates a sanitizer for these secrets.
 *
 * @param shared a redactor that others use too: it learns these secrets and the tokens
 */
export function createSanitizer(secrets: readonly string[], shared: Redactor = createRedactor()): Sanitizer {
  shared.add(secrets);
  return {
    add: (token) => shared.addToken(token),
    sanitize(text, maxLength = MAX_MESSAGE_LENGTH) {
      // Redact before the cut: half a secret is a secret too. Half a surrogate pair is not valid text, and storing it can fail.
      const clean = shared.redact(firstCharacters(text, MAX_READ_LENGTH).toWellFormed());
      const line = stripControlCharacters(clean).replace(/\s+/g, " ").trim();
      return truncate(line, maxLength);
    },
  };
}

/** Returns the first characters, with a mark where they are cut: the redactor needs it to find a secret that the cut halves. */
function firstCharacters(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

import { plainText } from "../domain/plain-text.ts";

/** What came from outside, made fit for a message: without secrets, on one line, bounded. */
export type Said = (text: string, maxLength?: number) => string;

/** Keeps the account's secrets out of messages, whoever repeats them. */
export interface Secrets {
  /** A secret that came up later: an access token. Of these the latest few are kept. */
  add(token: string): void;
  readonly said: Said;
}

/** Enough for a sentence or two of the API's own, and for a cell that is still read. */
export const MAX_MESSAGE_LENGTH = 300;
/** Anything shorter would be found in ordinary words. */
const MIN_SECRET_LENGTH = 4;
/** The one in use, and those of calls that are still on their way. */
const MAX_TOKENS = 4;
/** A message as long as the longest answer would take seconds to search. */
const MAX_READ_LENGTH = 20_000;
const MASK = "***";
const AUTHORIZATION = /\b(Bearer\s+|MC\s+[^\s:]+:)[\w+/=.~-]+/gi;

export function createSecrets(secrets: readonly string[]): Secrets {
  const fixed = secrets.flatMap(spellings);
  let tokens: string[] = [];
  return {
    add(token) {
      if (token.length >= MIN_SECRET_LENGTH) tokens = [token, ...tokens].slice(0, MAX_TOKENS);
    },
    said(text, maxLength = MAX_MESSAGE_LENGTH) {
      // Half a surrogate pair is no text, and some who store it choke on it.
      let clean = text.slice(0, MAX_READ_LENGTH).toWellFormed();
      // Before the cut, as half a secret is one too.
      for (const secret of [...tokens, ...fixed]) clean = clean.replaceAll(secret, MASK);
      const line = plainText(clean.replace(AUTHORIZATION, MASK)).replace(/\s+/g, " ").trim();
      return bounded(line, maxLength);
    },
  };
}

/** A form's body repeats a secret percent-encoded. */
function spellings(secret: string): string[] {
  if (secret.length < MIN_SECRET_LENGTH) return [];
  return [
    ...new Set([secret, encodeURIComponent(secret), new URLSearchParams([["", secret]]).toString().slice(1)]),
  ];
}

function bounded(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

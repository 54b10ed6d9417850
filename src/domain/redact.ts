import { type Unescaped, unescapeOnce } from "./escapes.ts";
import { MAX_LAYERS, type SecretForm, secretForms } from "./secret-forms.ts";

/** Shorter secrets are not redacted: they would match ordinary words. */
const MIN_SECRET_LENGTH = 4;
/** If a cut has removed the end of a secret, its beginning is redacted from this length on. */
const MIN_PART_LENGTH = 3;
/** The same limit at the end of a text: that may be an unmarked cut, or a word with which the secret begins. */
const MIN_LAST_PART_LENGTH = 8;
/** The number of tokens redacted: the access token in use, and those of calls that are still in flight. */
const MAX_TOKENS = 4;
/** Log fields that are always redacted. */
export const REDACTED_FIELDS = [
  "authorization",
  "accessToken",
  "access_token",
  "clientSecret",
  "secretKey",
  "appKey",
];
export const REDACTED = "[redacted]";

const SECRET_TEXT = new RegExp(`"(${REDACTED_FIELDS.join("|")})":"(?:[^"\\\\]|\\\\.)*"`, "gi");

/** Any token or signature in an Authorization header, of this account or another one. */
const AUTHORIZATION = /\b(Bearer(?:\s|%20)+|MC(?:\s|%20)+[^\s:"]+:)[\w+/=.~-]+/gi;
const BASE64_CHARACTER = /[\w+/-]/;
/** The marks of a cut, made by this program or by another one. */
const CUT = /…|\.{3,}|$/g;
/** The part of an escaped character that a cut has left. */
const HALF_ESCAPE = /[%&\\][\w#%;\\]*$/;
const MAX_HALF_ESCAPE = 12;

/** A redactor of secrets, tokens and signatures. All code that writes text for people or into files shares one. */
export interface Redactor {
  /** Adds secrets to redact from now on. */
  add(secrets: readonly string[]): void;
  /** Adds an access token to redact. The four latest tokens are kept. */
  addToken(token: string): void;
  /** Replaces every form of every secret with {@link REDACTED}. JSON stays valid. */
  readonly redact: (text: string) => string;
}

/** A range of the original text, from `start` up to but not including `end`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Creates a redactor of these secrets. */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const known = new Map<string, readonly SecretForm[]>();
  const tokens = new Map<string, readonly SecretForm[]>();
  // Built when a secret is added, because texts are searched much more often.
  let forms: readonly SecretForm[] = [];
  const addTo = (kind: Map<string, readonly SecretForm[]>, secret: string): void => {
    if (secret.length < MIN_SECRET_LENGTH || kind.has(secret)) return;
    kind.set(secret, secretForms(secret));
    const [oldest] = tokens.keys();
    if (oldest !== undefined && tokens.size > MAX_TOKENS) tokens.delete(oldest);
    forms = [...known.values(), ...tokens.values()].flat();
  };
  const add = (more: readonly string[]): void => {
    for (const secret of more) addTo(known, secret);
  };
  add(secrets);
  return {
    add,
    addToken: (token) => addTo(tokens, token),
    redact: (text) => {
      const plain = text
        .replaceAll(SECRET_TEXT, (_field, name: string) => `"${name}":"${REDACTED}"`)
        .replaceAll(AUTHORIZATION, REDACTED);
      return withoutRanges(plain, [...rangesOf(plain, forms)]);
    },
  };
}

function* rangesOf(text: string, forms: readonly SecretForm[]): Generator<Range> {
  let layer: Unescaped | undefined = { text, places: undefined };
  for (let count = 0; layer !== undefined && count <= MAX_LAYERS; count++) {
    const { places } = layer;
    const placeOf = (index: number): number => places?.[index] ?? index;
    for (const { start, end } of foundIn(layer.text, forms))
      yield { start: placeOf(start), end: placeOf(end) };
    layer = unescapeOnce(layer);
  }
}

function* foundIn(text: string, forms: readonly SecretForm[]): Generator<Range> {
  for (const form of forms) {
    for (let at = text.indexOf(form.text); at !== -1; at = text.indexOf(form.text, at + 1)) {
      const end = at + form.text.length;
      yield form.isCore ? withEdges(text, at, end) : { start: at, end };
    }
  }
  for (const { 0: mark, index: cut } of text.matchAll(CUT)) {
    const minLength = mark === "" ? MIN_LAST_PART_LENGTH : MIN_PART_LENGTH;
    const half = HALF_ESCAPE.exec(text.slice(Math.max(0, cut - MAX_HALF_ESCAPE), cut))?.[0] ?? "";
    const whole = cut - half.length;
    for (const end of new Set([cut, whole])) {
      const length = Math.max(...forms.map((form) => partLength(text, end, form.text, minLength)));
      if (length > 0) yield { start: end - length, end: cut };
    }
  }
}

/** Extends a range by the base64 characters on either side, which share a byte with the secret. */
function withEdges(text: string, start: number, end: number): Range {
  // After a backslash the character may be part of an escape, which must stay whole in JSON.
  const before = text.slice(Math.max(0, start - 6), start);
  const first = BASE64_CHARACTER.test(before.slice(-1)) && !before.includes("\\") ? start - 1 : start;
  const last = BASE64_CHARACTER.test(text.charAt(end)) ? end + 1 : end;
  const padding = text.slice(last, last + 2).replace(/[^=].*/s, "").length;
  return { start: first, end: last + padding };
}

/** Returns how many characters before `end` are the beginning of the form, 0 if they are fewer than `minLength`. */
function partLength(text: string, end: number, form: string, minLength: number): number {
  const beginning = form.slice(0, minLength);
  let at = text.indexOf(beginning, Math.max(0, end - form.length));
  while (at !== -1 && at <= end - minLength) {
    if (form.startsWith(text.slice(at, end))) return end - at;
    at = text.indexOf(beginning, at + 1);
  }
  return 0;
}

function withoutRanges(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (start > from || (start === 0 && from === 0)) parts.push(text.slice(from, start), REDACTED);
    from = Math.max(from, end);
  }
  parts.push(text.slice(from));
  return parts.join("");
}

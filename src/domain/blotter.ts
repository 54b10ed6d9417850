/** Shorter than this, a "secret" would blot out ordinary words. */
const MIN_SECRET_LENGTH = 6;
/** Whatever is logged under one of these names is nobody's business. */
export const SECRET_FIELDS = [
  "authorization",
  "accessToken",
  "access_token",
  "clientSecret",
  "secretKey",
  "appKey",
];
export const BLOT = "[secret]";

const SECRET_TEXT = new RegExp(`"(${SECRET_FIELDS.join("|")})":"(?:[^"\\\\]|\\\\.)*"`, "gi");

/** What goes before a token or a signature on the wire, whichever it is. */
const AUTHORIZATION = /\b(Bearer\s+|MC\s+[^\s:"]+:)[\w+/=.~-]+/gi;

/** Takes secrets out of any text: those given, in every spelling of theirs, and what authorizes a request. */
export function blotter(secrets: readonly string[]): (line: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, insideJson(secret), encodeURIComponent(secret)]);
  // The longest first: blotting out a part of it would leave the rest to be read.
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (line) =>
    longestFirst.reduce(
      (text, secret) => text.replaceAll(secret, BLOT),
      line
        .replaceAll(SECRET_TEXT, (_field, name: string) => `"${name}":"${BLOT}"`)
        .replaceAll(AUTHORIZATION, BLOT),
    );
}

function insideJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

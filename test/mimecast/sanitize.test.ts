import { expect, test } from "vitest";
import { createSanitizer, MAX_MESSAGE_LENGTH } from "../../src/mimecast/sanitize.ts";

const SECRET = "s3cr3t /va+lue=";

test("a secret is masked, however it is spelled", () => {
  const { sanitize: said } = createSanitizer([SECRET]);
  const spelled = `${SECRET} ${encodeURIComponent(SECRET)} ${new URLSearchParams({ a: SECRET })}`;
  expect(said(spelled)).toBe("[redacted] [redacted] a=[redacted]");
});

test("an access token is masked once it is known", () => {
  const secrets = createSanitizer([]);
  secrets.add("token-one");
  secrets.add("token-two");
  expect(secrets.sanitize("token-one, token-two")).toBe("[redacted], [redacted]");
});

test("an Authorization header is masked, whoever's it is", () => {
  const { sanitize: said } = createSanitizer([]);
  expect(said("got Bearer abc.def-ghi== and MC key:WOywLsnZlsE+D6bp/ug6uch5kxc=")).toBe(
    "got [redacted] and [redacted]",
  );
});

test("a secret that the cut would halve is masked all the same", () => {
  const { sanitize: said } = createSanitizer([SECRET]);
  expect(said(`${"x".repeat(MAX_MESSAGE_LENGTH - 6)}${SECRET}`)).not.toContain("s3c");
});

test("a message is one bounded line without control characters, and no character is cut in two", () => {
  const { sanitize: said } = createSanitizer([]);
  expect(said(" a\r\n\tb\u0007\u202ec ")).toBe("a b c");
  const long = said("😀".repeat(500));
  expect(long.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH);
  expect(long).toMatch(/^(?:😀)+…$/u);
});

test("words are not masked for a secret of three letters", () => {
  expect(createSanitizer(["the"]).sanitize("the alias")).toBe("the alias");
});

test("half a surrogate pair becomes a replacement character", () => {
  expect(createSanitizer([]).sanitize("half \ud800 pair")).toBe("half \ufffd pair");
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor, REDACTED, REDACTED_FIELDS } from "../../src/domain/redact.ts";
import { WAYS_OF_WRITING } from "../support/ways-of-writing.ts";

function redact(text: string): string {
  return createRedactor(["hush/hush", "hush/hush+1", 'quo"ted', "cat"]).redact(text);
}

describe("A secret is redacted", () => {
  test.each([
    ["as it is", "was hush/hush+1!", `was ${REDACTED}!`],
    ["wherever it stands", "hush/hush,hush/hush", `${REDACTED},${REDACTED}`],
    ["side by side with itself", "hush/hushhush/hush", REDACTED],
    ["as an address has it", "?key=hush%2Fhush%2B1", `?key=${REDACTED}`],
    ["as JSON has it", String.raw`{"a":"quo\"ted"}`, `{"a":"${REDACTED}"}`],
    ["whole, where another secret is a part of it", "hush/hush+1", REDACTED],
    ["in a text that is escaped otherwise", "a&b %41 \\n &nosuch; &#9999999; hush/hush", undefined],
  ])("%s", (_how, text, expected = text.replace("hush/hush", REDACTED)) => {
    expect(redact(text)).toBe(expected);
  });

  test.each(Object.entries(WAYS_OF_WRITING))("%s", (_way, write) => {
    for (const secret of ['k+y/w=1%2&<>"x', "pass%41word", "abcd1234efgh", "sec\\u0041\\\\ret'"]) {
      const written = write(secret);
      const text = `it is ${written} indeed`;
      expect(createRedactor([secret]).redact(text), written).toBe(`it is ${REDACTED} indeed`);
    }
  });

  test("where it has letters beyond ASCII, white space or half a character", () => {
    for (const secret of ["pässwörd 1", "p\u{1f600}ss\tword"]) {
      for (const way of [
        "as it is",
        "in a URL",
        "in a URL, in lower case",
        "in a form",
        "in JSON",
        "in base64",
      ]) {
        expect(createRedactor([secret]).redact(`a ${WAYS_OF_WRITING[way]?.(secret)} b`), way).toBe(
          `a ${REDACTED} b`,
        );
      }
    }
    expect(createRedactor(["half\ud800pair"]).redact("half\ud800pair")).toBe(REDACTED);
  });

  test("whatever it is and in whatever way it is written", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((it) => String.fromCharCode(it)),
    });
    const secret = printable.filter((it) => it.length >= 6);
    fc.assert(
      fc.property(secret, fc.constantFrom(...Object.values(WAYS_OF_WRITING)), (text, write) => {
        const written = write(text);
        const found = createRedactor([text]).redact(`<${written}>`);
        expect(found).toContain(REDACTED);
        expect(found).not.toContain(written);
      }),
    );
  });

  test("with no harm to the JSON around it", () => {
    const secret = fc.string({ minLength: 4, unit: fc.constantFrom("a", "b", "u", "0", "n", "+", "%", "&") });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (text, before, behind) => {
        const line = JSON.stringify({
          a: `${before}${text}${behind}`,
          b: Buffer.from(`\n${text}`).toString("base64"),
        });
        expect(() => JSON.parse(createRedactor([text]).redact(line))).not.toThrow();
      }),
    );
    const base64 = JSON.stringify({ a: `x\n${Buffer.from("hush/hush").toString("base64")}` });
    expect(JSON.parse(redact(base64))).toEqual({ a: `x\n${REDACTED}` });
  });

  test("in base64 with every character that holds a bit of it", () => {
    expect(redact(Buffer.from("user:hush/hush").toString("base64"))).toBe(`dXNlcj${REDACTED}`);
    expect(redact(Buffer.from("hush/hush+1:more").toString("base64"))).toBe(`${REDACTED}6bW9yZQ==`);
  });

  test("unless it is so short that it would take words out", () => {
    expect(redact("a cat")).toBe("a cat");
    expect(createRedactor(["four"]).redact("four")).toBe(REDACTED);
    expect(createRedactor(["four"]).redact(Buffer.from("four").toString("base64"))).toBe(REDACTED);
  });
});

describe("A secret that a cut has halved is redacted", () => {
  test.each([
    ["it is hush/hu…", `it is ${REDACTED}…`],
    ["it is hush%2Fhu… then", `it is ${REDACTED}… then`],
    ["it is hush%2…", `it is ${REDACTED}…`],
    ["it is hus...", `it is ${REDACTED}...`],
    ["it is quo\\…", `it is ${REDACTED}…`],
    [`it is ${Buffer.from("hush/hush").toString("base64").slice(0, 7)}…`, `it is ${REDACTED}…`],
    ["hush hush/hu…", `hush ${REDACTED}…`],
    ["it is hush/hus", `it is ${REDACTED}`],
    ["it is hush%2Fhush%2", `it is ${REDACTED}`],
    ["it is hush/hu", "it is hush/hu"],
    ["it is hu…", "it is hu…"],
    ["it is hushed…", "it is hushed…"],
    ["nothing…", "nothing…"],
    ["hu%2…", "hu%2…"],
  ])("%s", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test("at any place, and no cut is looked for where nothing is secret", () => {
    const secret = "correct-horse+battery/staple";
    for (let length = 3; length < secret.length; length++) {
      expect(createRedactor([secret]).redact(`x ${secret.slice(0, length)}…`)).toBe(`x ${REDACTED}…`);
    }
    expect(createRedactor().redact("cut…")).toBe("cut…");
  });
});

describe("Secrets that become known later", () => {
  test("are redacted from then on", () => {
    const late = createRedactor(["hush-one"]);
    late.add(["hush-two", "hush-one"]);
    expect(late.redact("hush-one hush-two")).toBe(`${REDACTED} ${REDACTED}`);
  });

  test("are the latest four tokens", () => {
    const late = createRedactor(["hush-one"]);
    for (const token of ["token-1", "token-2", "token-2", "token-3", "token-4", "token-5"])
      late.addToken(token);
    late.addToken("");
    expect(late.redact("token-1 token-2 token-5 hush-one")).toBe(
      `token-1 ${REDACTED} ${REDACTED} ${REDACTED}`,
    );
  });
});

describe("What authorizes a request is redacted, whosever it is:", () => {
  test.each([
    ["Bearer abc.def-ghi~1+/=", REDACTED],
    ["authorization: bearer   abc next", `authorization: ${REDACTED} next`],
    ["Bearer%20abc next", `${REDACTED} next`],
    ["MC access-key:bm90IG1pbmU= next", `${REDACTED} next`],
    ["mc  access-key:bm90IG1pbmU= next", `${REDACTED} next`],
    ["the bearer", "the bearer"],
  ])("%s", (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test.each(["authorization", "accessToken", "access_token", "clientSecret", "secretKey", "appKey"])(
    "the field %s of a JSON line, whatever is in it",
    (name) => {
      const line = JSON.stringify({ a: 1, [name]: 'x"y\\', b: "kept" });
      expect(REDACTED_FIELDS).toContain(name);
      expect(JSON.parse(redact(line))).toEqual({ a: 1, [name]: REDACTED, b: "kept" });
    },
  );
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLOT, blotter, SECRET_FIELDS } from "../../src/domain/redact.ts";
import { WAYS_OF_WRITING } from "../support/ways-of-writing.ts";

function blotted(text: string): string {
  return blotter(["hush/hush", "hush/hush+1", 'quo"ted', "cat"]).blotted(text);
}

describe("A secret is redacted", () => {
  test.each([
    ["as it is", "was hush/hush+1!", `was ${BLOT}!`],
    ["wherever it stands", "hush/hush,hush/hush", `${BLOT},${BLOT}`],
    ["side by side with itself", "hush/hushhush/hush", BLOT],
    ["as an address has it", "?key=hush%2Fhush%2B1", `?key=${BLOT}`],
    ["as JSON has it", String.raw`{"a":"quo\"ted"}`, `{"a":"${BLOT}"}`],
    ["whole, where another secret is a part of it", "hush/hush+1", BLOT],
    ["in a text that is escaped otherwise", "a&b %41 \\n &nosuch; &#9999999; hush/hush", undefined],
  ])("%s", (_how, text, expected = text.replace("hush/hush", BLOT)) => {
    expect(blotted(text)).toBe(expected);
  });

  test.each(Object.entries(WAYS_OF_WRITING))("%s", (_way, write) => {
    for (const secret of ['k+y/w=1%2&<>"x', "pass%41word", "abcd1234efgh", "sec\\u0041\\\\ret'"]) {
      const written = write(secret);
      const text = `it is ${written} indeed`;
      expect(blotter([secret]).blotted(text), written).toBe(`it is ${BLOT} indeed`);
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
        expect(blotter([secret]).blotted(`a ${WAYS_OF_WRITING[way]?.(secret)} b`), way).toBe(`a ${BLOT} b`);
      }
    }
    expect(blotter(["half\ud800pair"]).blotted("half\ud800pair")).toBe(BLOT);
  });

  test("whatever it is and in whatever way it is written", () => {
    const printable = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((it) => String.fromCharCode(it)),
    });
    const secret = printable.filter((it) => it.length >= 6);
    fc.assert(
      fc.property(secret, fc.constantFrom(...Object.values(WAYS_OF_WRITING)), (text, write) => {
        const written = write(text);
        const found = blotter([text]).blotted(`<${written}>`);
        expect(found).toContain(BLOT);
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
        expect(() => JSON.parse(blotter([text]).blotted(line))).not.toThrow();
      }),
    );
    const base64 = JSON.stringify({ a: `x\n${Buffer.from("hush/hush").toString("base64")}` });
    expect(JSON.parse(blotted(base64))).toEqual({ a: `x\n${BLOT}` });
  });

  test("in base64 with every character that holds a bit of it", () => {
    expect(blotted(Buffer.from("user:hush/hush").toString("base64"))).toBe(`dXNlcj${BLOT}`);
    expect(blotted(Buffer.from("hush/hush+1:more").toString("base64"))).toBe(`${BLOT}6bW9yZQ==`);
  });

  test("unless it is so short that it would take words out", () => {
    expect(blotted("a cat")).toBe("a cat");
    expect(blotter(["four"]).blotted("four")).toBe(BLOT);
    expect(blotter(["four"]).blotted(Buffer.from("four").toString("base64"))).toBe(BLOT);
  });
});

describe("A secret that a cut has halved is redacted", () => {
  test.each([
    ["it is hush/hu…", `it is ${BLOT}…`],
    ["it is hush%2Fhu… then", `it is ${BLOT}… then`],
    ["it is hush%2…", `it is ${BLOT}…`],
    ["it is hus...", `it is ${BLOT}...`],
    ["it is quo\\…", `it is ${BLOT}…`],
    [`it is ${Buffer.from("hush/hush").toString("base64").slice(0, 7)}…`, `it is ${BLOT}…`],
    ["hush hush/hu…", `hush ${BLOT}…`],
    ["it is hush/hus", `it is ${BLOT}`],
    ["it is hush%2Fhush%2", `it is ${BLOT}`],
    ["it is hush/hu", "it is hush/hu"],
    ["it is hu…", "it is hu…"],
    ["it is hushed…", "it is hushed…"],
    ["nothing…", "nothing…"],
    ["hu%2…", "hu%2…"],
  ])("%s", (text, expected) => {
    expect(blotted(text)).toBe(expected);
  });

  test("at any place, and no cut is looked for where nothing is secret", () => {
    const secret = "correct-horse+battery/staple";
    for (let length = 3; length < secret.length; length++) {
      expect(blotter([secret]).blotted(`x ${secret.slice(0, length)}…`)).toBe(`x ${BLOT}…`);
    }
    expect(blotter().blotted("cut…")).toBe("cut…");
  });
});

describe("Secrets that become known later", () => {
  test("are redacted from then on", () => {
    const late = blotter(["hush-one"]);
    late.add(["hush-two", "hush-one"]);
    expect(late.blotted("hush-one hush-two")).toBe(`${BLOT} ${BLOT}`);
  });

  test("are the latest four tokens", () => {
    const late = blotter(["hush-one"]);
    for (const token of ["token-1", "token-2", "token-2", "token-3", "token-4", "token-5"])
      late.addToken(token);
    late.addToken("");
    expect(late.blotted("token-1 token-2 token-5 hush-one")).toBe(`token-1 ${BLOT} ${BLOT} ${BLOT}`);
  });
});

describe("What authorizes a request is redacted, whosever it is:", () => {
  test.each([
    ["Bearer abc.def-ghi~1+/=", BLOT],
    ["authorization: bearer   abc next", `authorization: ${BLOT} next`],
    ["Bearer%20abc next", `${BLOT} next`],
    ["MC access-key:bm90IG1pbmU= next", `${BLOT} next`],
    ["mc  access-key:bm90IG1pbmU= next", `${BLOT} next`],
    ["the bearer", "the bearer"],
  ])("%s", (text, expected) => {
    expect(blotted(text)).toBe(expected);
  });

  test.each(["authorization", "accessToken", "access_token", "clientSecret", "secretKey", "appKey"])(
    "the field %s of a JSON line, whatever is in it",
    (name) => {
      const line = JSON.stringify({ a: 1, [name]: 'x"y\\', b: "kept" });
      expect(SECRET_FIELDS).toContain(name);
      expect(JSON.parse(blotted(line))).toEqual({ a: 1, [name]: BLOT, b: "kept" });
    },
  );
});

import { describe, expect, it } from "vitest";
import { BLOT, blotter, SECRET_FIELDS } from "../../src/domain/blotter.ts";

function blotted(text: string): string {
  return blotter(["hush/hush", "hush/hush+1", 'quo"ted', "short"])(text);
}

describe("a secret is taken out of a text", () => {
  it.each([
    ["as it is", "was hush/hush+1!", "was [secret]!"],
    ["wherever it stands", "hush/hush,hush/hush", `${BLOT},${BLOT}`],
    ["as an address has it", "?key=hush%2Fhush%2B1", `?key=${BLOT}`],
    ["as JSON has it", String.raw`{"a":"quo\"ted"}`, `{"a":"${BLOT}"}`],
    ["whole, where another secret is a part of it", "hush/hush+1", BLOT],
  ])("%s", (_how, text, expected) => {
    expect(blotted(text)).toBe(expected);
  });

  it("unless it is so short that it would take words out", () => {
    expect(blotted("a short text")).toBe("a short text");
    expect(blotter(["sixsix"])("sixsix")).toBe(BLOT);
  });
});

describe("what authorizes a request is taken out, whoever's it is", () => {
  it.each([
    ["Bearer abc.def-ghi~1+/=", BLOT],
    ["authorization: bearer   abc next", `authorization: ${BLOT} next`],
    ["MC access-key:bm90IG1pbmU= next", `${BLOT} next`],
    ["mc  access-key:bm90IG1pbmU= next", `${BLOT} next`],
    ["the bearer", "the bearer"],
  ])("%s", (text, expected) => {
    expect(blotted(text)).toBe(expected);
  });

  it.each(["authorization", "accessToken", "access_token", "clientSecret", "secretKey", "appKey"])(
    "the field %s of a JSON line, whatever is in it",
    (name) => {
      const line = JSON.stringify({ a: 1, [name]: 'x"y\\', b: "kept" });
      expect(SECRET_FIELDS).toContain(name);
      expect(JSON.parse(blotted(line))).toEqual({ a: 1, [name]: BLOT, b: "kept" });
    },
  );
});

import { describe, expect, it } from "vitest";
import { domainFilter, parseDomainPattern } from "../../src/domain/skip-domain.ts";

const skips = (patterns: readonly string[], address: string): boolean => {
  const read = patterns.map((text) => parseDomainPattern(text));
  return domainFilter(read.flatMap((it) => (it.ok ? [it.pattern] : [])))(address);
};

describe("an alias's domain is passed over", () => {
  it.each([
    ["example.org", "a@example.org", true],
    ["Example.ORG", "a@example.org", true],
    ["example.org", "a@sub.example.org", false],
    ["example.org", "a@notexample.org", false],
    ["*.onmicrosoft.com", "a@corp.onmicrosoft.com", true],
    ["*.onmicrosoft.com", "a@mail.corp.onmicrosoft.com", true],
    ["*.onmicrosoft.com", "a@onmicrosoft.com", false],
    ["*.onmicrosoft.com", "a@corponmicrosoft.com", false],
    ["*.com", "a@x.example", false],
    [" example.org ", "a@example.org", true],
    ["example.org", "a@sub.ample.org", false],
    ["*.orp.example", "a@corp.example", false],
    ["corp", "a@corp", true],
    ["mail.corp.example", "a@mail.corp.example", true],
    // No domain to node:url, but addresses have such.
    ["xn--a.example", "a@xn--a.example", true],
    ["my-corp_1.example", "a@my-corp_1.example", true],
    ["münchen.example", "a@xn--mnchen-3ya.example", true],
    ["*.münchen.example", "a@sub.xn--mnchen-3ya.example", true],
  ])("%s: %s %s", (pattern, address, expected) => {
    expect(skips([pattern], address)).toBe(expected);
  });

  it("when any of several patterns matches", () => {
    expect(skips(["a.example", "*.b.example"], "x@c.b.example")).toBe(true);
    expect(skips([], "x@c.b.example")).toBe(false);
  });
});

describe("a pattern is refused", () => {
  it.each([
    "",
    "*",
    "*.",
    "a.*.example",
    "@example.org",
    "example..org",
    ".example.org",
    "exa mple.org",
    "ü/x.org",
    "example.org/x",
    "/example.org",
    "-.-..",
  ])("%j", (pattern) => {
    expect(parseDomainPattern(pattern)).toEqual({
      ok: false,
      reason: expect.stringMatching(
        /^(expected a domain such as example\.org, or \*\.example\.org|it is not a valid domain)$/,
      ),
    });
  });
});

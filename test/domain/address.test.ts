import { domainToUnicode } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey, displayText, parseAddress } from "../../src/domain/address.ts";
import { escapeFormula } from "../../src/domain/formula.ts";

const local64 = "a".repeat(64);
const label63 = "b".repeat(63);

describe("an address is accepted as it stands", () => {
  it.each([
    "ann@corp.example",
    "Ann.O'Neil+tag@Corp.Example",
    "a@b.co",
    "first.middle.last@x.example",
    "!#$%&'*+/=^_`{|}~-@corp.example",
    "jürgen.o'neil@corp.example",
    "हिन्दी१२@corp.example",
    "ann@col·lecció.example",
    "ann@バス・停.example",
    "ann@͵α.example",
    "ann@א׳ב.example",
    "ann@صفر۱۲.example",
    "münch@corp.example",
    "ann@münchen.example",
    "用户@例子.广告",
    "ann@xn--mnchen-3ya.example",
    "ann@sub.my-corp.co.uk",
    "ann@under_score.example",
    "ann@1and1.example",
    "münch@mail.1and1.example",
    "münch@corp.example2",
    "ann@ႠႡ.example",
    "o'-neil@corp.example",
    `${local64}@corp.example`,
    `ann@${label63}.example`,
  ])("%s", (address) => {
    expect(parseAddress(address)).toEqual({ ok: true, address, key: addressKey(address), cleaned: false });
  });
});

describe("a cell that is no address is refused with the part that is wrong", () => {
  it.each([
    ["ann.corp.example", /has no @/],
    ["@corp.example", /part before @ is empty/],
    ["ann@", /domain is empty/],
    ["ann@corp", /domain 'corp' has no dot/],
    ["ann@corp@example.org", /more than one @/],
    ["ann@x.example;bob@x.example", /more than one @/],
    [".ann@corp.example", /part before @.* begins with a dot/],
    ["ann.@corp.example", /part before @.* ends with a dot/],
    ["a..b@corp.example", /part before @.* two dots/],
    ["ann@.corp.example", /domain .* begins with a dot/],
    ["ann@corp.example.", /domain .* ends with a dot/],
    ["ann@corp..example", /domain .* two dots/],
    ["ann@-corp.example", /begins or ends with -/],
    ["ann@corp-.example", /begins or ends with -/],
    ["ann@corp.example/x", /domain .* has a '\/'/],
    ["ann@[192.0.2.1]", /domain .* has a '\['/],
    ["ann@192.0.2.1", /ends in a number/],
    ["ann@10.20.30.40", /ends in a number/],
    ["ann@１９２.0.2.1", /ends in a number/],
    ["ann@corp/ü.example", /domain .* has a '\/'/],
    ["ann@ü／x.example", /not a valid international domain/],
    ["ann o@corp.example", /space or an invisible/],
    ["ann@corp\u200b.example", /\\u\{200b\}.*space or an invisible/],
    ["ann@corp\n.example", /\\u\{a\}.*space or an invisible/],
    ["ann\u0007@corp.example", /\\u\{7\}.*space or an invisible/],
    ["ann\ud800@corp.example", /space or an invisible/],
    ["Ann M?ller <ann@corp.example>", /has a name, 'Ann M\?ller'/],
    ["mailto:ann@corp.example?subject=x", /begins with 'mailto:'/],
    ["who?", /has no @/],
    ["“ann@corp.example”", /part before @, '“ann', has a '“' \(U\+201C\)$/],
    ["o’neil@corp.example", /part before @.* has a '’' \(U\+2019\)$/],
    ["ann–lee@corp.example", /part before @.* has a '–' \(U\+2013\)$/],
    ["«ann@corp.example»", /part before @.* has a '«' \(U\+00AB\)$/],
    ["ann😀@corp.example", /part before @.* has a '😀' \(U\+1F600\)$/],
    ["oﬃce@corp.example", /part before @, 'oﬃce', has a 'ﬃ' \(U\+FB03\) in place of 'ffi'$/],
    ["ａnn@corp.example", /part before @.* has a 'ａ' \(U\+FF41\) in place of 'a'$/],
    ["ann²@corp.example", /part before @.* has a '²' \(U\+00B2\)$/],
    ["ann。lee@corp.example", /part before @.* has a '。' \(U\+3002\)$/],
    [
      "ann@old–corp.example",
      /domain 'old–corp\.example' has a '–' \(U\+2013\), which domains can't contain$/,
    ],
    ["ann@corp.example”", /domain .* has a '”' \(U\+201D\)/],
    ["ann@corp.example»", /domain .* has a '»' \(U\+00BB\)/],
    ["ann@corp.example→", /domain .* has a '→' \(U\+2192\)/],
    ["ann@old·corp.example", /domain .* has a '·' \(U\+00B7\)/],
    ["ann@l·corp.example", /domain .* has a '·' \(U\+00B7\)/],
    ["ann@old・corp.example", /domain .* has a '・' \(U\+30FB\)/],
    ["ann@old͵corp.example", /domain .* has a '͵' \(U\+0375\)/],
    ["ann@׳ב.example", /domain .* has a '׳' \(U\+05F3\)/],
    ["ann\ufe0f@corp.example", /space or an invisible/],
    ["ann\u3164@corp.example", /space or an invisible/],
    [
      "'ann@corp.example",
      /begins with ', which marks text in a spreadsheet; write the bare address, ann@corp\.example$/,
    ],
    ["'ann@corp.example'", /begins with ', .* the bare address, ann@corp\.example$/],
    ["''=ann@corp.example", /begins with ', .* the bare address$/],
    ["'ü", /begins with '/],
    ["'@corp.example", /part before @ is empty/],
    ["ann.(@corp.example", /part before @, 'ann\.\(', has a '\('$/],
    ["ann@corp-(.example", /domain 'corp-\(\.example' has a '\('$/],
    ["ann,bob@corp.example", /part before @.* has a ','/],
    ["ann:lee@corp.example", /part before @, 'ann:lee', has a ':'$/],
    ["xsmtp:ann@corp.example", /part before @.* has a ':'$/],
    ["smtp:ann@corp.example", /part before @.* has a ':'; leave the 'smtp:' out$/],
    ["SMTP:ann@corp.example", /leave the 'smtp:' out$/],
    ["mailto:ann@corp.example", /begins with 'mailto:'; write the bare address, ann@corp\.example$/],
    ["mailto:ann.lee@mail.my-big-corp.co.uk", /write the bare address, ann\.lee@mail\.my-big-corp\.co\.uk$/],
    ["my mailto:ann@corp.example", /space or an invisible/],
    ["MailTo:nonsense", /begins with 'mailto:'; write the bare address$/],
    ["Ann <ann@corp.example>", /has a name, 'Ann', and angle brackets; .* ann@corp\.example$/],
    ['"Lee, Ann" <ann@corp.example>', /has a name, '"Lee, Ann"', and angle brackets; .* ann@corp\.example$/],
    ["Ann <ann>", /angle brackets; write the bare address$/],
    [
      "ann@corp.example>",
      /^'ann@corp\.example>' has angle brackets; write the bare address, without a name$/,
    ],
    ["Ann <Lee <ann@corp.example>", /without a name$/],
    ["Ann <ann@corp.example> of Corp", /without a name$/],
    ['"ann o"@corp.example', /part before @, '"ann o"', is in quotation marks/],
    ['"a@b"@corp.example', /part before @, '"a@b"', is in quotation marks/],
    ['ann"o"@corp.example', /has quotation marks/],
    [`ann@${"üжя語.".repeat(22)}example`, /the domain, in ASCII, has \d+ bytes; at most 253/],
    [`${local64}a@corp.example`, /part before @ has 65 bytes; at most 64/],
    [`${"ü".repeat(33)}@corp.example`, /part before @ has 66 bytes; at most 64/],
    [`ann@${label63}b.example`, /part of 64 characters; at most 63/],
    [`ann@${`${label63}.`.repeat(4)}example`, /the address has 267 bytes; at most 254/],
  ])("%j", (cell, reason) => {
    const reading = parseAddress(cell);
    expect(reading).toMatchObject({ ok: false, empty: false });
    expect(reading.ok ? "" : reading.reason).toMatch(reason);
  });

  it("an address of 254 octets is the longest", () => {
    const domain = `${`${label63}.`.repeat(3)}${"c".repeat(57)}`;
    expect(parseAddress(`aaaa@${domain}`)).toMatchObject({ ok: true });
    expect(parseAddress(`aaaaa@${domain}`)).toMatchObject({ ok: false });
  });

  it.each(["", " ", "\t\u00a0", "\u200b\ufeff"])("an empty cell is told apart: %j", (cell) => {
    expect(parseAddress(cell)).toEqual({ ok: false, empty: true, reason: "the cell is empty" });
  });
});

describe("the apostrophe that keeps a spreadsheet from running a cell as a formula", () => {
  it.each(["'=ann@corp.example", "'+ann@corp.example", "'-ann@corp.example", " '+ann@corp.example"])(
    "is taken off again: %s",
    (cell) => {
      expect(parseAddress(cell)).toMatchObject({
        ok: true,
        address: cell.trim().slice(1),
        cleaned: cell !== cell.trim(),
      });
    },
  );

  it.each(["'\tann@corp.example", "'\rann@corp.example"])(
    "is taken off again with the white space behind it, which is counted: %j",
    (cell) => {
      expect(parseAddress(cell)).toMatchObject({ ok: true, address: "ann@corp.example", cleaned: true });
    },
  );

  it("is taken off every address that the tool's own tables hold, or the address is refused", () => {
    fc.assert(
      fc.property(candidate, (cell) => {
        const reading = parseAddress(escapeFormula(cell));
        const own = parseAddress(cell);
        if (reading.ok) expect(reading.key).toBe(own.ok && own.key);
      }),
    );
  });
});

describe("an address that lost a letter in an export", () => {
  it.each([
    ["m?ller@corp.example", /^'m\?ller@corp\.example' has a '\?', .*-Encoding UTF8$/],
    ["ann@m?ller.example", /has a '\?'/],
    ["?@corp", /has a '\?'/],
    ["m\u{fffd}ller@corp.example", /a character that could not be decoded .*-Encoding UTF8$/],
  ])("is refused with how to export it: %s", (cell, reason) => {
    expect(parseAddress(cell)).toEqual({
      ok: false,
      empty: false,
      code: "lost_character",
      reason: expect.stringMatching(reason),
    });
  });
});

it("beyond ASCII, local parts hold letters, marks and digits, and nothing else", () => {
  const wanted = /^[\p{L}\p{M}\p{Nd}]$/u;
  const lookAlike = (character: string): boolean => /[a-z0-9]/i.test(character.normalize("NFKC"));
  const all = Array.from({ length: 0x20000 - 0x80 }, (_, index) => String.fromCodePoint(index + 0x80));
  const accepted = all.filter((character) => parseAddress(`a${character}z@corp.example`).ok);
  expect(accepted.filter((character) => !wanted.test(character))).toEqual([]);
  const visible = all.filter(
    (character) =>
      wanted.test(character) && !/\p{Default_Ignorable_Code_Point}/u.test(character) && !lookAlike(character),
  );
  expect(accepted).toEqual(visible);
});

it("beyond ASCII, no domain holds punctuation or symbols but the few that RFC 5892 allows in their script", () => {
  const all = Array.from({ length: 0x20000 - 0x80 }, (_, index) => String.fromCodePoint(index + 0x80));
  const accepted = all.filter((character) => parseAddress(`ann@a${character}z.example`).ok);
  const mapped = accepted.map((character) => domainToUnicode(`a${character}z.example`));
  expect(mapped.filter((domain) => /[^\p{L}\p{M}\p{Nd}._\u06fd\u06fe\u0f0b\u3007-]/u.test(domain))).toEqual(
    [],
  );
  expect(accepted).toEqual(expect.arrayContaining(["ü", "ß", "例", "ж", "é"]));
});

describe("what surrounds an address", () => {
  const removable = [" ", "\t", "\r\n", "\u00a0", "\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u202a"];
  it.each([...removable, "\u202f", "\u2060", "\u3000", "\ufeff"])("%j is removed, and said", (around) => {
    expect(parseAddress(`${around}ann@corp.example${around}`)).toEqual({
      ok: true,
      address: "ann@corp.example",
      key: "ann@corp.example",
      cleaned: true,
    });
  });
});

describe("addresses are compared", () => {
  it.each([
    ["Ann@Corp.Example", "ann@corp.example"],
    ["ann@MÜNCHEN.example", "ann@xn--mnchen-3ya.example"],
    ["ann@mu\u0308nchen.example", "ann@münchen.example"],
    ["Mu\u0308ller@corp.example", "müller@corp.example"],
    ["ann@例子。广告", "ann@例子.广告"],
    ["ann@ႠႡ.example", "ann@ⴀⴁ.example"],
    ["Mu\u0308ller", "müller"],
  ])("%s is %s", (one, other) => {
    expect(addressKey(one)).toBe(addressKey(other));
  });

  it("in a form that differs from theirs only where it must", () => {
    expect(addressKey("a@M\u00fcnchen.example")).toBe("a@xn--mnchen-3ya.example");
    expect(addressKey("m\u00fcller")).toBe("m\u00fcller");
    expect(addressKey("\u00fc@1.2.3")).toBe("\u00fc@1.2.3");
  });

  it("with their local parts' accents", () => {
    expect(addressKey("muller@corp.example")).not.toBe(addressKey("müller@corp.example"));
  });
});

it("around an address, white space, invisible characters and marks of direction go, and nothing else does", () => {
  const toGo = /[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]/;
  const isGone = (around: string): boolean => {
    const reading = parseAddress(`${around}ann@corp.example${around}`);
    return reading.ok && reading.cleaned && reading.address === "ann@corp.example";
  };
  const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  expect(all.filter((character) => isGone(character) !== toGo.test(character))).toEqual([]);
});

const ascii = fc.string({ unit: fc.constantFrom(..."abzABZ019._-'+=?"), minLength: 1, maxLength: 12 });
const wide = fc.string({
  unit: fc.constantFrom(..."aZ9.-üÜßİıΣσς例。·–\u0308\u00ad\u200d"),
  minLength: 1,
  maxLength: 10,
});
const candidate = fc.oneof(
  fc.tuple(ascii, ascii).map(([local, domain]) => `${local}@${domain}.example`),
  fc.tuple(wide, wide).map(([local, domain]) => `${local}@${domain}.example`),
  fc.string({ unit: "grapheme" }),
);

describe("for any cell", () => {
  it("what was accepted is accepted again, unchanged", () => {
    fc.assert(
      fc.property(candidate, (cell) => {
        const first = parseAddress(cell);
        if (!first.ok) return;
        expect(parseAddress(first.address)).toEqual({ ...first, cleaned: false });
        expect(first.key).toBe(addressKey(first.address));
        expect(parseAddress(first.key)).toMatchObject({ ok: true, key: first.key });
      }),
      { numRuns: 2000 },
    );
  });

  it("a key is its own key", () => {
    fc.assert(
      fc.property(candidate, (text) => {
        expect(addressKey(addressKey(text))).toBe(addressKey(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("a key does not depend on the case of ASCII letters", () => {
    fc.assert(
      fc.property(candidate, (text) => {
        const upper = text.replace(/[a-z]/g, (letter) => letter.toUpperCase());
        expect(addressKey(upper)).toBe(addressKey(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("a reason holds no control character and no line break", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (cell) => {
        const reading = parseAddress(`${cell}@${cell}`);
        if (!reading.ok) expect(reading.reason).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
      { numRuns: 2000 },
    );
  });

  it("what is shown of it is short", () => {
    expect(displayText("x".repeat(80))).toBe("x".repeat(80));
    expect(displayText("x".repeat(81))).toBe(`${"x".repeat(80)}…`);
  });
});

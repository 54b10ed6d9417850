import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  beginsWithKind,
  type CellEntry,
  filterEntries,
  parseEntries,
} from "../../src/domain/address-list.ts";

/** `primary p@x`, `secondary a@x`, `other …`: what the cell was taken apart into. */
function told(cell: string): string[] {
  return [...parseEntries(cell)].map(({ kind, value }) => `${kind} ${value}`);
}

function secondaries(cell: string): string[] {
  return [...parseEntries(cell)].filter(({ kind }) => kind === "secondary").map(({ text }) => text);
}

describe("a cell of addresses is taken apart", () => {
  it.each([
    ["as Exchange joins them", "SMTP:p@x.example;smtp:a@x.example;smtp:b@x.example"],
    ["with commas", "SMTP:p@x.example,smtp:a@x.example,smtp:b@x.example"],
    ["with spaces", "SMTP:p@x.example smtp:a@x.example smtp:b@x.example"],
    ["with line breaks", "SMTP:p@x.example\r\nsmtp:a@x.example\nsmtp:b@x.example"],
    [
      "with all of these, and too many of them",
      " ; SMTP:p@x.example ;\n, smtp:a@x.example;;smtp:b@x.example;",
    ],
    ["in PowerShell's braces", "{SMTP:p@x.example, smtp:a@x.example, smtp:b@x.example}"],
    ["in braces with spaces around", " {SMTP:p@x.example, smtp:a@x.example, smtp:b@x.example}\t"],
    ["whatever the case of smtp: is", "SMTP:p@x.example;Smtp:a@x.example;sMTP:b@x.example"],
  ])("%s", (_how, cell) => {
    expect(told(cell)).toEqual(["primary p@x.example", "secondary a@x.example", "secondary b@x.example"]);
  });

  it("with bare addresses, alone or among others", () => {
    expect(told("a@x.example;b@x.example, c@x.example d@x.example")).toEqual([
      "secondary a@x.example",
      "secondary b@x.example",
      "secondary c@x.example",
      "secondary d@x.example",
    ]);
    expect(told("SMTP:p@x.example;a@x.example")).toEqual(["primary p@x.example", "secondary a@x.example"]);
  });

  it.each([
    "x500:/o=First Org, Inc/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=ann",
    "X500:/O=CORP/OU=A;B/cn=Recipients/cn=ann@corp.example",
    "x500:/o=Corp/ou=x /cn=y, z/cn=ann@corp.example",
    "X400:C=US;A= ;P=Corp;O=Exchange;S=Lee;G=Ann;",
    "x400:c=us\\;a= \\;p=Corp\\;o=Exchange\\;s=Lee\\;",
    "EUM:4711;phone-context=Dial Plan.corp.example",
    "EUM:ann@corp.example;phone-context=dial.corp.example",
    "SIP:ann@corp.example",
    "sip:ann@corp.example",
    "SPO:SPO_4711@SPO_0815",
    "NOTES:Ann Lee/Corp@CORP",
    "EUM:4711;phone-context=Dial Plan, North;ext=12",
    "SIP:ann@corp.example;transport=tls",
    "tel:+1 (425) 555 0100;ext=12",
    "MS:CORP/POST/ANN",
    "CCMAIL:Lee, Ann at Post",
    "GWISE:Corp.Post.Ann",
    "FAX:Ann Lee@+1 (425) 555 0100",
  ])("with other kinds of addresses as one entry each, whatever is in them: %s", (other) => {
    const value = other.slice(other.indexOf(":") + 1);
    for (const separator of [";", ",", "\n", "; "]) {
      const cell = [other, "smtp:a@x.example", other, other, "b@x.example", "SMTP:p@x.example", other].join(
        separator,
      );
      // A separator that the entry itself ends with is one like the others.
      const kept = value.replace(/[;,]+$/, "");
      expect(told(cell)).toEqual([
        `other ${kept}`,
        "secondary a@x.example",
        `other ${kept}`,
        `other ${kept}`,
        "secondary b@x.example",
        "primary p@x.example",
        `other ${kept}`,
      ]);
    }
  });

  it.each([
    ["SIP:ann@corp.example"],
    ["EUM:4711;phone-context=dial.corp.example"],
    ["SPO:SPO_4711@SPO_0815"],
    ["tel:+14255550100"],
    ["NOTES:Ann Lee/Corp@CORP"],
    ["MS:CORP/POST/ANN"],
    ["X400:C=US;A= ;P=Corp;O=Exchange;S=Lee;G=Ann;"],
    ["x500:/o=First Org, Inc/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=ann"],
  ])("keeps every entry with an @ behind %s, valid or not", (other) => {
    for (const entry of [
      "ann@old",
      "stmp:a@x.example",
      "mailto:a@x.example",
      "a/b@x.example",
      "a@x.example",
    ]) {
      for (const separator of [";", ",", "; ", ", ", "\n", ";\r\n"]) {
        const found = told(`SMTP:p@x.example${separator}${other}${separator}${entry}`);
        expect(found.slice(2)).toEqual([`secondary ${entry}`]);
        expect(found[1]).toMatch(/^other /);
      }
    }
  });

  it.each([
    ["SIP:ann@corp.example ann@old", ["ann@old"]],
    ["SPO:SPO_4711@SPO_0815 stmp:a@x.example", ["stmp:a@x.example"]],
    ["X500:/o=First Org/ou=A/cn=ann a@x.example", ["a@x.example"]],
    ["NOTES:Ann Lee/Corp@CORP a@x.example", ["a@x.example"]],
    ["NOTES:Ann Lee@x.example", ["NOTES:Ann Lee@x.example"]],
    ["GWISE:Corp.Post.Ann a@x.example", ["GWISE:Corp.Post.Ann a@x.example"]],
    ["SIP:ann@corp.example;ann.old.example", ["ann.old.example"]],
    ["SIP:ann@corp.example; transport=tls", ["transport=tls"]],
    ["NOTES:Ann Lee/Corp@CORP\nann.old.example", ["ann.old.example"]],
  ])("keeps what follows another kind of address behind a space or without an @: %s", (cell, texts) => {
    expect(secondaries(cell)).toEqual(texts);
  });

  it.each([
    ['["a@x.example", "smtp:b@x.example"]', ["a@x.example", "smtp:b@x.example"]],
    ["a@x.example%b@x.example", ["a@x.example", "b@x.example"]],
    ["a%b@x.example|c%d@x.example", ["a%b@x.example", "c%d@x.example"]],
    ["X400:c=US;a= ;p=Org;s=Ray|smtp:a@x.example%b@x.example", ["smtp:a@x.example", "b@x.example"]],
    ["a%b|c@x.example", ["a%b|c@x.example"]],
    ["[1, 2]", ["[1, 2]"]],
    ['["a@x.example"', ['["a@x.example"']],
    ["[a@x.example]", ["[a@x.example]"]],
  ])("from JSON, and at separators that can't belong to an address: %s", (cell, texts) => {
    expect(secondaries(cell)).toEqual(texts);
  });

  it("with what csvde wrote in hexadecimal, as it is not all ASCII", () => {
    const hex = (text: string) => `X'${Buffer.from(text).toString("hex")}'`;
    const cell = `SMTP:p@x.example;${hex("x500:/o=Zürich; AG")};${hex("smtp:a@zürich.example").toUpperCase()};X'zz'`;
    expect(told(cell)).toEqual([
      "primary p@x.example",
      "other /o=Zürich; AG",
      "secondary a@zürich.example",
      "secondary X'zz'",
    ]);
    expect(filterEntries(cell, (ordinal) => ordinal === 0)).toBe("smtp:a@zürich.example");
  });

  it("but hexadecimal digits that are no entry of their own stay as they are", () => {
    const hex = `X'${Buffer.from("a@x.example").toString("hex")}'`;
    const odd = hex.replace(/.'$/, "'");
    expect(told(`b${hex};${hex}b;${odd}; ${hex}`)).toEqual([
      `secondary b${hex}`,
      `secondary ${hex}b`,
      `secondary ${odd}`,
      "secondary a@x.example",
    ]);
  });

  it("but a known prefix within a word is none", () => {
    expect(told("xsmtp:a@x.example;b@x.example")).toEqual([
      "secondary xsmtp:a@x.example",
      "secondary b@x.example",
    ]);
  });

  it("without the invisible characters around its entries, which is said", () => {
    const entries = [
      ...parseEntries("\u200bsmtp:a@x.example\u200b; smtp:b@x.example;\ufeffc@x.example;\u200b"),
    ];
    expect(entries.map(({ text, cleaned }) => [text, cleaned])).toEqual([
      ["smtp:a@x.example", true],
      ["smtp:b@x.example", true],
      ["c@x.example", true],
    ]);
    expect([...parseEntries("smtp:a@x.example; smtp:b@x.example")].some(({ cleaned }) => cleaned)).toBe(
      false,
    );
  });

  it.each([
    ["ann lee@x.example", ["ann lee@x.example"]],
    ["ann,lee@x.example", ["ann,lee@x.example"]],
    ["smtp:ann lee@x.example;b@x.example", ["smtp:ann lee@x.example", "b@x.example"]],
    ["a@x.example lee, b@x.example", ["a@x.example lee, b@x.example"]],
    ["a@x.example b", ["a@x.example b"]],
    ["ann\n@x.example", ["ann\n@x.example"]],
    ["ann@x\r\n.example;b@x.example", ["ann@x\r\n.example", "b@x.example"]],
    ["ann@\nx.example", ["ann@\nx.example"]],
    ["a@x.example\nnonsense\nb@x.example", ["a@x.example", "nonsense", "b@x.example"]],
    ["Lee, Ann <ann@x.example>; b@x.example", ["Lee, Ann <ann@x.example>", "b@x.example"]],
    ['"Lee, Ann" <ann@x.example>', ['"Lee, Ann" <ann@x.example>']],
    ["stmp:a@x.example;b@x.example", ["stmp:a@x.example", "b@x.example"]],
    ["smtp: a@x.example;smtp:;b@x.example", ["smtp: a@x.example", "smtp:", "b@x.example"]],
    ["nonsense", ["nonsense"]],
  ])("so that what is broken stays together and becomes no alias that nobody meant: %s", (cell, texts) => {
    expect(secondaries(cell)).toEqual(texts);
  });

  it.each(["", " ", ";", " , ;\n", "{}", "\u200b"])(
    "and has no entries where there is nothing in it: %j",
    (cell) => {
      expect(told(cell)).toEqual([]);
    },
  );
});

const separator = fc.constantFrom(";", ",", " ", "\n", "; ", ", ", ";;", "\r\n");
const word = fc.constantFrom(
  "smtp:a@x.example",
  "SMTP:p@x.example",
  "b@x.example",
  "ann",
  "smtp:",
  "x500:/o=A B/ou=C, D",
  "X400:C=US;A= ;P=x;",
  "SIP:h@x.example",
  "EUM:4711;phone-context=i",
  "NOTES:J K",
  "stmp:l@x",
  "m/n=o@x.example",
  "{c@x.example",
  "d@x.example}",
  "{e@x}",
  "\u200b",
  "\\",
  "@",
  "<f@x.example>",
  ".example",
  "g@",
);
const anyCell = fc.oneof(
  fc.array(fc.tuple(word, separator), { maxLength: 12 }).map((parts) => parts.flat().join("")),
  fc.string({ unit: fc.constantFrom(...'aX@:;, \n{}/=\\<>"\u200b\u00a0'), maxLength: 30 }),
);

describe("for any cell", () => {
  it("every word with an @ is in an entry of its kind, or is a part of one that is refused", () => {
    const other = fc.constantFrom(
      "SIP:h@x.example",
      "SPO:i@j",
      "EUM:4711;phone-context=k",
      "x500:/o=A B/cn=C",
    );
    const wanted = fc.constantFrom(
      "b@x.example",
      "ann@old",
      "stmp:l@x.example",
      "a/b@x.example",
      "<f@x.example>",
    );
    const parted = fc.constantFrom(";", ",", "\n", "; ", ", ", ";;", "\r\n");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(other, wanted), parted)), (parts) => {
        const isWanted = (text: string) => !/^(?:SIP|SPO|EUM|x500):/.test(text);
        const words = parts.map(([text]) => text).filter(isWanted);
        expect(secondaries(parts.flat().join(""))).toEqual(words);
      }),
    );
  });

  it("the entries kept and those left out are its entries, each in one of the two, as they were", () => {
    fc.assert(
      fc.property(anyCell, fc.infiniteStream(fc.boolean()), (cell, coins) => {
        const all = secondaries(cell);
        const isKept = all.map(() => coins.next().value === true);
        const kept = filterEntries(cell, (ordinal) => isKept[ordinal] === true);
        const left = filterEntries(cell, (ordinal) => isKept[ordinal] === false);
        expect(secondaries(kept)).toEqual(all.filter((_, ordinal) => isKept[ordinal]));
        expect(secondaries(left)).toEqual(all.filter((_, ordinal) => !isKept[ordinal]));
        expect(kinds(kept).concat(kinds(left))).toEqual(all.map(() => "secondary"));
      }),
      { numRuns: 5_000 },
    );
  });

  it("nothing of it is lost but separators, braces and invisible characters", () => {
    fc.assert(
      fc.property(anyCell, (cell) => {
        const bare = (text: string) => text.replace(/[;,\s{}\u200b]/g, "");
        expect(bare([...parseEntries(cell)].map(({ text }) => text).join(""))).toBe(bare(cell));
      }),
      { numRuns: 2_000 },
    );
  });
});

function kinds(cell: string): CellEntry["kind"][] {
  return [...parseEntries(cell)].map(({ kind }) => kind);
}

it.each([
  "smtp:a@x.example",
  " X500:/o=Corp",
  "tel:+1",
  "MEUM:4711",
  "airsync:a",
  "jrnl:b",
  "XMPP:c@x.example",
])("%j begins with a known kind of address", (cell) => {
  expect(beginsWithKind(cell)).toBe(true);
});

it.each(["", "a@x.example", "stmp:a@x.example", "telephone:+1", "smtp"])(
  "%j does not begin with a known kind of address",
  (cell) => {
    expect(beginsWithKind(cell)).toBe(false);
  },
);

test("A cell that the tool has escaped gives the addresses that it had, and a ' of an address's own stays", () => {
  const valuesOf = (cell: string) => [...parseEntries(cell)].map(({ value }) => value);
  expect(valuesOf("'ann@x.example;=bob@x.example")).toEqual(["ann@x.example", "=bob@x.example"]);
  expect(valuesOf("'ann@x.example;bob@x.example")).toEqual(["'ann@x.example", "bob@x.example"]);
  const kept = filterEntries("''ann@x.example;=bob@x.example;cy@x.example", (ordinal) => ordinal < 2);
  expect(valuesOf(kept)).toEqual(["'ann@x.example", "=bob@x.example"]);
});

import { describe, expect, it } from "vitest";
import { parseRecord } from "../../src/domain/row.ts";

const layout = { columns: { aliasFor: 0, aliases: [1] }, cellCount: 2, delimiter: "," };
const record = (...cells: string[]) => ({ line: 7, cells, raw: cells.join(",") });

describe("a record gives a pair", () => {
  it("with both addresses as written and as compared", () => {
    expect(parseRecord(record("Ann@Corp.example", "ann@Old.example"), layout)).toEqual({
      kind: "pair",
      pair: { aliasFor: "Ann@Corp.example", alias: "ann@Old.example" },
      primaryKey: "ann@corp.example",
      aliasKey: "ann@old.example",
      cleaned: false,
    });
  });

  it.each([
    [" ann@corp.example", "ann@old.example"],
    ["ann@corp.example", "ann@old.example\u200b"],
  ])("and says when something around one of them was removed: %j %j", (aliasFor, alias) => {
    expect(parseRecord(record(aliasFor, alias), layout)).toMatchObject({
      kind: "pair",
      pair: { aliasFor: "ann@corp.example", alias: "ann@old.example" },
      cleaned: true,
    });
  });

  it("also where the alias begins with a brace, as an address may and a list does", () => {
    expect(parseRecord(record("p@x.example", "{ann@x.example"), layout)).toMatchObject({
      pair: { alias: "{ann@x.example" },
    });
  });

  it("from the columns that the layout names", () => {
    const wide = { columns: { aliasFor: 2, aliases: [0] }, cellCount: 3, delimiter: "," };
    expect(parseRecord(record("a@old.example", "Ann", "ann@corp.example"), wide)).toMatchObject({
      pair: { aliasFor: "ann@corp.example", alias: "a@old.example" },
    });
  });
});

describe("a record is invalid", () => {
  it.each([
    ["ragged_row", ["a@x.example"], /has 1 cell; expected 2$/],
    ["ragged_row", ["a@x.example", "b@x.example", "c"], /has 3 cells; expected 2$/],
    ["ragged_row", ["a@x.example", "b@x.example", "", "c"], /has 4 cells; expected 2$/],
    ["lost_character", ["a@x.example", "m\u{fffd}@x.example"], /^alias: .*could not be decoded/],
    ["lost_character", ["m?ller@x.example", "b@x.example"], /^aliasFor: 'm\?ller@x\.example' has a '\?'/],
    ["invalid_address", ["'a@x.example", "b@x.example"], /^aliasFor: it begins with '/],
    ["empty_cell", ["", "b@x.example"], /of aliasFor is empty/],
    ["empty_cell", ["a@x.example", "\u00a0 "], /of alias is empty/],
    ["empty_cell", ["nonsense", ""], /of alias is empty/],
    ["invalid_address", ["ann", "b@x.example"], /^aliasFor: 'ann' has no @/],
    ["invalid_address", ["a@x.example", "b@x"], /^alias: the domain 'x' has no dot/],
    ["alias_is_primary", ["Ann@x.example", "ann@X.example"], /same address, ann@x\.example/],
  ])("%s: %j", (code, cells, message) => {
    const reading = parseRecord(record(...cells), layout);
    expect(reading).toMatchObject({
      kind: "invalid",
      code,
      aliasFor: cells[0] ?? "",
      alias: cells[1] ?? "",
      message: expect.stringMatching(message),
    });
  });

  it("undecodable: wherever its bytes are no text, and the place is shown", () => {
    const raw = `${"x".repeat(100)},a@x.example,m\u{fffd}@x.example`;
    const undecodable = "has bytes that are not text in UTF-8";
    expect(
      parseRecord({ line: 7, cells: ["a@x.example", "b@x.example"], raw, undecodable }, layout),
    ).toMatchObject({
      kind: "invalid",
      code: "undecodable",
      message: "the record has bytes that are not text in UTF-8: '…xxxxxx,a@x.example,m\u{fffd}@x.example'",
    });
  });

  it("undecodable: shown from its beginning where the place is near to it", () => {
    const undecodable = "has bytes that are not text in UTF-8";
    const near = { line: 7, cells: ["a@x.example", "b"], raw: "a\u{fffd}@x.example,b", undecodable };
    expect(parseRecord(near, layout)).toMatchObject({
      message: "the record has bytes that are not text in UTF-8: 'a\u{fffd}@x.example,b'",
    });
  });

  it("and tells of both addresses what the record has of them, which may be nothing", () => {
    const last = { columns: { aliasFor: 1, aliases: [2] }, cellCount: 3, delimiter: "," };
    expect(parseRecord(record("x"), last)).toMatchObject({ code: "ragged_row", aliasFor: "", alias: "" });
    expect(parseRecord(record("x", "y"), last)).toMatchObject({
      code: "ragged_row",
      aliasFor: "y",
      alias: "",
    });
  });

  it("not for a U+FFFD that the file itself holds in another column", () => {
    const record = {
      line: 7,
      cells: ["a@x.example", "b@x.example"],
      raw: "a@x.example,b@x.example,M\u{fffd}ller",
    };
    expect(parseRecord(record, layout)).toMatchObject({ kind: "pair" });
  });

  it("and a ragged one of several lines says how far it reaches, as a quotation mark may be missing", () => {
    const swallowed = { line: 5, cells: ["x"], raw: '"a@x.example,b@x.example\r\nc@x.example\n\r"' };
    expect(parseRecord(swallowed, layout)).toMatchObject({
      message: "the record has 1 cell; expected 2. It ends in line 8: look for a missing quotation mark",
    });
  });
});

describe("a record with empty cells missing or too many at its end", () => {
  const four = { ...layout, columns: { aliasFor: 0, aliases: [1, 2] }, cellCount: 4 };
  const quoted = (raw: string, ...cells: string[]) => ({ line: 7, cells, raw });

  it.each([
    ["missing", ["a@x.example", "b@x.example"]],
    ["missing, one of two aliases among them", ["a@x.example", "b@x.example"]],
    ["too many", ["a@x.example", "b@x.example", "", "", "", " "]],
  ])("is read where they are %s", (_, cells) => {
    expect(parseRecord(record(...cells), four)).toMatchObject({
      kind: "pair",
      pair: { aliasFor: "a@x.example", alias: "b@x.example" },
    });
  });

  it("is ragged where the cells of aliasFor or alias are missing", () => {
    expect(parseRecord(record("a@x.example"), four)).toMatchObject({ code: "ragged_row" });
    const last = { ...four, columns: { aliasFor: 2, aliases: [0] } };
    expect(parseRecord(record("a@x.example", "x"), last)).toMatchObject({ code: "ragged_row" });
  });

  it("is ragged where a quotation mark may have moved its cells", () => {
    const short = quoted(
      'a@x.example,"b@x.example,c@x.example,d"',
      "a@x.example",
      "b@x.example,c@x.example,d",
    );
    expect(parseRecord(short, four)).toMatchObject({ code: "ragged_row" });
    const long = quoted(
      'a@x.example,"b@x.example",c@x.example,',
      "a@x.example",
      "b@x.example",
      "c@x.example",
      "",
    );
    expect(parseRecord(long, { ...layout, cellCount: 3 })).toMatchObject({ code: "ragged_row" });
  });

  it("is read where quotation marks can't have moved its cells", () => {
    const short = quoted('a@x.example,"b@x.example"', "a@x.example", "b@x.example");
    expect(parseRecord(short, four)).toMatchObject({ kind: "pair" });
    const long = quoted('a@x.example,"b@x.example",', "a@x.example", "b@x.example", "");
    expect(parseRecord(long, { ...layout, extraCells: 1 })).toMatchObject({ kind: "pair" });
  });
});

describe("a record with a list of addresses", () => {
  const exported = (cell: string, header = "EmailAddresses") =>
    parseRecord(record("p@x.example", cell), { ...layout, header: ["PrimarySmtpAddress", header] });
  const told = (cell: string, header?: string) => {
    const reading = exported(cell, header);
    const rows = reading.kind === "list" ? [...reading.rows] : [reading];
    return rows.map((row) => (row.kind === "pair" ? row.pair.alias : `${row.code} ${row.alias}`));
  };

  it("gives a row for each smtp: entry, and counts what it passes over", () => {
    const cell = "SMTP:P@x.example;smtp:a@x.example;x500:/o=Corp;smtp:b@x.example;sip:p@x.example";
    expect(told(cell)).toEqual(["a@x.example", "b@x.example"]);
    expect(exported(cell)).toMatchObject({ kind: "list", rowCount: 2, otherCount: 2 });
  });

  it("gives a row for each bare address as well", () => {
    expect(told("a@x.example; b@x.example", "alias")).toEqual(["a@x.example", "b@x.example"]);
  });

  it("gives an invalid row for an entry that is none, and the others are rows like any", () => {
    expect(told("smtp:a@x.example;smtp:b@@x.example;smtp:p@x.example;c@x;smtp:")).toEqual([
      "a@x.example",
      "invalid_address smtp:b@@x.example",
      "invalid_address c@x",
      "invalid_address smtp:",
    ]);
  });

  it("gives an invalid row for an entry that lost a letter", () => {
    expect(told("smtp:a@x.example;smtp:m?ller@x.example")).toEqual([
      "a@x.example",
      "lost_character smtp:m?ller@x.example",
    ]);
  });

  it("is invalid as a whole where a spreadsheet's mark of text hides whose it is", () => {
    expect(exported("'SMTP:q@x.example;smtp:a@x.example")).toMatchObject({
      kind: "invalid",
      code: "invalid_address",
      message: expect.stringMatching(/^alias: it begins with '/),
    });
  });

  it("is an ordinary row where there is one secondary address", () => {
    expect(exported("SMTP:p@x.example;smtp:a@x.example")).toMatchObject({
      kind: "pair",
      pair: { aliasFor: "p@x.example", alias: "a@x.example" },
    });
  });

  it.each(["SMTP:p@x.example", "SMTP:p@x.example;x500:/o=Corp/cn=p", "sip:p@x.example", "{}", "", " "])(
    "gives none, and is no failure, where there is no secondary address: %j",
    (cell) => {
      expect(exported(cell)).toMatchObject({ kind: "list", rowCount: 0 });
      expect(told(cell)).toEqual([]);
    },
  );

  it("counts what it passes over also where one row is left, or none", () => {
    expect(exported("smtp:a@x.example;sip:p@x.example")).toMatchObject({ rowCount: 1, otherCount: 1 });
    expect(exported("sip:p@x.example")).toMatchObject({ rowCount: 0, otherCount: 1 });
    expect(exported("")).toMatchObject({ rowCount: 0, otherCount: 0 });
  });

  it.each([
    ["SMTP:p@x.example;smtp:a@x.example;smtp:P@x.example", "EmailAddresses", ["a@x.example"]],
    ["p@x.example,a@x.example", "alias", ["a@x.example"]],
    ["smtp:p@x.example;sip:p@x.example", "alias", []],
    ["p@x.example", "EmailAddresses", []],
    ["smtp:p@x.example", "Aliases", []],
  ])("skips the primary itself in a list, and counts it: %s in %s", (cell, header, aliases) => {
    expect(told(cell, header)).toEqual(aliases);
    expect(exported(cell, header)).toMatchObject({ kind: "list", ownCount: 1, rowCount: aliases.length });
  });

  it.each(["p@x.example", "smtp:p@x.example", "{P@x.example}"])(
    "is invalid where the primary is the only entry of a column that has no lists: %s",
    (cell) => {
      expect(exported(cell, "alias")).toMatchObject({ kind: "invalid", code: "alias_is_primary" });
    },
  );

  it.each(["SMTP:p@x.example%smtp:a@x.example%b@x.example", "SMTP:p@x.example|a@x.example|smtp:b@x.example"])(
    "is read with other separators between its entries: %s",
    (cell) => {
      expect(told(cell)).toEqual(["a@x.example", "b@x.example"]);
    },
  );

  it("names the unusual separator where another primary is in the list", () => {
    expect(exported("SMTP:q@x.example%smtp:a@x.example")).toMatchObject({
      code: "primary_mismatch",
      message:
        "the cell's primary address, 'SMTP:q@x.example', is not aliasFor, p@x.example (the list was read with '%' between its entries)",
    });
  });

  it.each([
    ["a@x.example\nb@x.exam\nple\nc@x.example", "ple"],
    ["a@x.example;b\r\nc@x.example", "b"],
    ["a@x.example\nann@x.\nexample", "ann@x.\\u{a}example"],
    ["nonsense\na@x.example", "nonsense"],
  ])("is invalid as a whole where a part beside a line break is not an address: %j", (cell, part) => {
    expect(exported(cell)).toMatchObject({
      kind: "invalid",
      code: "broken_list",
      alias: cell,
      message: expect.stringContaining(`'${part}' next to a line break`),
    });
  });

  it.each([
    "a@x.example\nX500:/o=First Org\nSIP:p\nb@x.example",
    "a@x.example;nonsense;c@x.example\nb@x.example",
  ])("has no such part in entries of other kinds, or away from a line break: %j", (cell) => {
    expect(exported(cell)).toMatchObject({ kind: "list" });
  });

  it("says of each row whether something was removed around one of its addresses", () => {
    const cleaned = (aliasFor: string, cell: string) => {
      const reading = parseRecord(record(aliasFor, cell), layout);
      const rows = reading.kind === "list" ? [...reading.rows] : [];
      return rows.map((row) => row.kind === "pair" && row.cleaned);
    };
    expect(cleaned("p@x.example", "\u200bsmtp:a@x.example;smtp:b@x.example")).toEqual([true, false]);
    expect(cleaned("p@x.example", "smtp:a@x.example;smtp:'=b@x.example")).toEqual([false, false]);
    expect(cleaned(" p@x.example", "smtp:a@x.example;smtp:b@x.example")).toEqual([true, true]);
  });

  it("says what is wrong with an entry, and whose alias it was to be", () => {
    const reading = exported("smtp:a@x.example;smtp:;smtp:b@x");
    expect(reading.kind === "list" ? [...reading.rows].slice(1) : []).toEqual([
      {
        kind: "invalid",
        aliasFor: "p@x.example",
        alias: "smtp:",
        code: "invalid_address",
        message: "alias: 'smtp:' is empty",
      },
      {
        kind: "invalid",
        aliasFor: "p@x.example",
        alias: "smtp:b@x",
        code: "invalid_address",
        message: "alias: the domain 'x' has no dot",
      },
    ]);
  });

  it.each(["proxyAddresses", "Email Addresses", "Aliases "])(
    "has an empty list in an empty cell of %j",
    (header) => {
      expect(exported("", header)).toMatchObject({ kind: "list", rowCount: 0 });
    },
  );

  it.each(["alias", "Aliases of old"])(
    "has no list in an empty cell of %j, which is no column of lists",
    (header) => {
      expect(exported("", header)).toMatchObject({ kind: "invalid", code: "empty_cell" });
    },
  );

  it.each([
    ["SMTP:q@x.example;smtp:a@x.example", "'SMTP:q@x.example', is not aliasFor, p@x.example"],
    [
      "smtp:a@x.example;SMTP:p@x.example;SMTP:q@x.example",
      "'SMTP:q@x.example', is not aliasFor, p@x.example",
    ],
    ["SMTP:nonsense;smtp:a@x.example", "'SMTP:nonsense', is not aliasFor, p@x.example"],
  ])("is invalid as a whole where its SMTP: entry is not aliasFor: %s", (cell, message) => {
    expect(exported(cell)).toMatchObject({
      kind: "invalid",
      code: "primary_mismatch",
      alias: cell,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    "{SMTP:p@x.example, smtp:a@x.example, smtp:b@x.example, smtp:c@x.example...}",
    "{SMTP:p@x.example, smtp:a@x.example, smtp:b@x.example, smtp:c@x.example\u2026}",
    "{SMTP:p@x.example, smtp:a@x.exam...",
    "{SMTP:p@x.example, smtp:a@x.example",
    "SMTP:p@x.example;smtp:a@x.exam...",
  ])("is never imported in part where PowerShell has cut it short: %s", (cell) => {
    const reading = exported(cell);
    expect(reading).toMatchObject({ kind: "invalid", code: "truncated_list", alias: cell });
    expect(reading.kind === "invalid" ? reading.message : "").toContain("$_.EmailAddresses -join ';'");
  });

  it("is exported as Exchange does where no header says otherwise", () => {
    const cell = "SMTP:p@x.example;smtp:a@x.exam...";
    expect(parseRecord(record("p@x.example", cell), layout)).toMatchObject({
      message: expect.stringContaining("Get-Mailbox"),
    });
  });

  it.each([
    [
      "Microsoft.Exchange.Data.ProxyAddressCollection",
      "EmailAddresses",
      "Get-Mailbox",
      "$_.EmailAddresses -join ';'",
    ],
    [
      "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection",
      "proxyAddresses",
      "Get-ADUser",
      "$_.proxyAddresses -join ';'",
    ],
    ["System.String[]", "proxyAddresses", "Get-ADUser", "$_.proxyAddresses -join ';'"],
    ["System.String[]", "EmailAddresses", "Get-Mailbox", "$_.EmailAddresses -join ';'"],
    ["System.Object[]", "alias", "Get-Mailbox", "-join"],
    ["System.Collections.ArrayList", "alias", "Get-Mailbox", "-join"],
    ["System.Collections.Generic.List`1[System.String]", "alias", "Get-Mailbox", "-join"],
    ["Deserialized.Microsoft.Exchange.Data.ProxyAddressCollection", "alias", "Get-Mailbox", "-join"],
  ])(
    "is answered with the command that exports it right where it holds %s in %s",
    (cell, header, source, join) => {
      const reading = exported(cell, header);
      expect(reading).toMatchObject({ kind: "invalid", code: "unexpanded_list", alias: cell });
      const message = reading.kind === "invalid" ? reading.message : "";
      expect(message).toContain(`'${cell}'`);
      expect(message).toContain(source);
      expect(message).toContain(join);
    },
  );
});

describe("a record with several alias columns", () => {
  const layout = { columns: { aliasFor: 1, aliases: [0, 2, 3] }, cellCount: 4, delimiter: "," };
  const primary = "ann@new.example";
  const rowsOf = (cells: readonly string[]) => {
    const reading = parseRecord(record(...cells), layout);
    return reading.kind === "list" ? [...reading.rows] : [reading];
  };

  it("gives rows for each of them, in their order, lists among them", () => {
    const cells = ["a@old.example", primary, "smtp:b@old.example;c@old.example", "d@old.example"];
    const aliases = rowsOf(cells).map((row) => (row.kind === "pair" ? row.pair : row.code));
    expect(aliases).toEqual(
      ["a", "b", "c", "d"].map((name) => ({ aliasFor: primary, alias: `${name}@old.example` })),
    );
    expect(parseRecord(record(...cells), layout)).toMatchObject({ rowCount: 4, otherCount: 0 });
  });

  it("gives one ordinary row where only one of them has something", () => {
    expect(parseRecord(record("", primary, " ", "d@old.example"), layout)).toMatchObject({
      kind: "pair",
      pair: { alias: "d@old.example" },
    });
  });

  it("gives no row where all of them are empty", () => {
    expect(parseRecord(record("", primary, "\u00a0", ""), layout)).toMatchObject({
      kind: "list",
      rowCount: 0,
    });
  });

  it("counts the addresses of other kinds in all of them", () => {
    expect(
      parseRecord(record("sip:x@y.example", primary, "x500:/o=A", "smtp:b@y.example"), layout),
    ).toMatchObject({
      kind: "list",
      rowCount: 1,
      otherCount: 2,
    });
  });

  it("is invalid in a cell that is wrong, and gives the rows of the others", () => {
    expect(rowsOf(["a@old", primary, "System.Object[]", "d@old.example"])).toMatchObject([
      { code: "invalid_address", alias: "a@old" },
      { code: "unexpanded_list", alias: "System.Object[]" },
      { kind: "pair" },
    ]);
  });

  it("is invalid as a whole where one of them names another primary", () => {
    expect(rowsOf(["a@old.example", primary, "SMTP:bob@new.example;smtp:b@old.example", ""])).toMatchObject([
      {
        code: "primary_mismatch",
        aliasFor: primary,
        alias: "a@old.example;SMTP:bob@new.example;smtp:b@old.example",
      },
    ]);
  });

  it("is invalid as a whole where aliasFor is, and shows all of them", () => {
    expect(rowsOf(["a@old.example", "ann", "", "d@old.example"])).toMatchObject([
      { code: "invalid_address", alias: "a@old.example;d@old.example" },
    ]);
    expect(rowsOf(["a@old.example", "", "", ""])).toMatchObject([{ code: "empty_cell" }]);
  });
});

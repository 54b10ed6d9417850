import { describe, expect, it } from "vitest";
import { columnsByHeader, columnsByPosition } from "../../src/csv/columns.ts";

const place = { name: "aliases.csv", line: 3, delimiter: "," };
const byHeader = (header: readonly string[], choice = {}, records: readonly (readonly string[])[] = []) =>
  columnsByHeader(header, records, choice, place);

describe("the two columns are found", () => {
  it.each([
    [["aliasFor", "alias"], { aliasFor: 0, alias: 1 }],
    [["Alias", "note", "ALIAS_FOR"], { aliasFor: 2, alias: 0 }],
    [["alias-for", " Alias "], { aliasFor: 0, alias: 1 }],
    [["Alias For", "a-l-i-a-s", "aliases"], { aliasFor: 0, alias: 1 }],
    [["note", "aliasFor", "alias", "note"], { aliasFor: 1, alias: 2 }],
  ])("by header, case, spaces, _ and - making no difference: %j", (header, columns) => {
    expect(byHeader(header)).toEqual(columns);
  });

  it("by the names that --columns gives, matched likewise", () => {
    const choice = { aliasFor: "primary_address", alias: "SECOND" };
    expect(byHeader(["Second", "x", "Primary Address"], choice)).toEqual({ aliasFor: 2, alias: 0 });
  });

  it("by one name that --columns gives, and by header", () => {
    expect(byHeader(["alias", "mail"], { aliasFor: "mail" })).toEqual({ aliasFor: 1, alias: 0 });
  });

  it("by position without a header, by default the first two", () => {
    expect(columnsByPosition(2, {}, place)).toEqual({ aliasFor: 0, alias: 1 });
    expect(columnsByPosition(4, { aliasFor: "4", alias: "1" }, place)).toEqual({ aliasFor: 3, alias: 0 });
  });
});

describe("columns of other programs are found by their names and by what they hold", () => {
  it.each([
    [
      "Get-Mailbox: Alias is a nickname there",
      ["Name", "Alias", "PrimarySmtpAddress", "EmailAddresses", "WindowsEmailAddress"],
      ["Ann", "ann", "ann@x.example", "SMTP:ann@x.example smtp:a@x.example", "ann@x.example"],
      { aliasFor: 2, alias: 3 },
    ],
    [
      "Get-ADUser: UserPrincipalName is a login, whatever it looks like",
      ["DistinguishedName", "mail", "proxyAddresses", "UserPrincipalName"],
      ["CN=Ann,DC=x", "ann@x.example", "smtp:a@x.example", "ann@x.example"],
      { aliasFor: 1, alias: 2 },
    ],
    [
      "a collection that Export-Csv did not write out is still the column that is meant",
      ["mail", "proxyAddresses"],
      ["ann@x.example", "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"],
      { aliasFor: 0, alias: 1 },
    ],
    [
      "a list whose first entry is a telephone number",
      ["mail", "proxyAddresses"],
      ["ann@x.example", "tel:+1 425 555 0100"],
      { aliasFor: 0, alias: 1 },
    ],
    [
      "a list whose first entry is an extension of a dial plan",
      ["mail", "proxyAddresses"],
      ["ann@x.example", "meum:4711"],
      { aliasFor: 0, alias: 1 },
    ],
    [
      "Mimecast's spreadsheet",
      ["email", "name", "alias"],
      ["ann@x.example", "Ann", "a@x.example"],
      { aliasFor: 0, alias: 2 },
    ],
    [
      "a list of somebody's",
      ["Primary", "Secondary"],
      ["ann@x.example", "a@x.example"],
      { aliasFor: 0, alias: 1 },
    ],
    [
      "names in angle brackets",
      ["E-Mail", "Aliases"],
      ["Ann <ann@x.example>", "a@x.example"],
      { aliasFor: 0, alias: 1 },
    ],
    ["a column that is empty so far", ["mail", "alias"], ["ann@x.example", ""], { aliasFor: 0, alias: 1 }],
    [
      "an empty one beside one that is not",
      ["mail", "alias", "aliases"],
      ["ann@x.example", "", "a@x.example"],
      { aliasFor: 0, alias: 2 },
    ],
    [
      "the tool's own names, whatever else there is",
      ["aliasFor", "alias", "mail", "EmailAddresses"],
      ["(at)", "nonsense", "ann@x.example", "a@x.example"],
      { aliasFor: 0, alias: 1 },
    ],
  ])("%s", (_, header, record, columns) => {
    expect(byHeader(header, {}, [record])).toEqual(columns);
  });

  it("in any of the first records, and not in one that is too short or too long", () => {
    const header = ["mail", "alias", "secondary"];
    const records = [
      ["ann@x.example", "ann", ""],
      ["ann@x.example", "x@y.example", "a@x.example", "surplus"],
      ["bob@x.example", "bob", "b@x.example"],
    ];
    expect(byHeader(header, {}, records)).toEqual({ aliasFor: 0, alias: 2 });
  });
});

describe("columns that are doubtful stop the run and say what to type", () => {
  it.each([
    [
      ["mail", "EmailAddress", "alias"],
      ["ann@x.example", "ann@x.example", "a@x.example"],
      /aliasFor can be any of 1 \("mail"\) and 2 \("EmailAddress"\)\. Found: .*--columns "aliasFor=mail,alias=alias"/,
    ],
    [
      ["Primary", "Alias", "ProxyAddresses"],
      ["ann@x.example", "a@x.example", "smtp:b@x.example"],
      /alias can be any of 2 \("Alias"\) and 3 \("ProxyAddresses"\).*--columns "aliasFor=Primary,alias=Alias"/,
    ],
    [
      ["PrimarySmtpAddress", "Alias", "DisplayName"],
      ["ann@x.example", "ann", "Ann"],
      /no column "alias" .*No addresses in the first records of: "Alias"\. Addresses are in: "PrimarySmtpAddress"/,
    ],
    [
      ["Name", "Hauptadresse", "Zweitadresse"],
      ["Ann", "ann@x.example", "a@x.example"],
      /no column "aliasFor" and "alias".*--columns "aliasFor=Hauptadresse,alias=Zweitadresse"/,
    ],
    [
      ["Alte E-Mail-Adresse", "Neue E-Mail-Adresse", "Notiz"],
      ["a@x.example", "ann@x.example", ""],
      /--columns "aliasFor=Neue E-Mail-Adresse,alias=Alte E-Mail-Adresse"/,
    ],
    [
      ["Nom", "Adresse secondaire", "Adresse principale"],
      ["Ann", "a@x.example", "ann@x.example"],
      /--columns "aliasFor=Adresse principale,alias=Adresse secondaire"/,
    ],
    [
      ["Naam", "Hoofdadres", "Oud adres"],
      ["Ann", "ann@x.example", "a@x.example"],
      /--columns "aliasFor=Hoofdadres,alias=Oud adres"/,
    ],
    [
      ["Hauptadresse", "Zweitadresse", "Notiz; intern"],
      ["ann@x.example", "a@x.example", ""],
      /Addresses are in: "Hauptadresse", "Zweitadresse"\. Name the columns with --columns "aliasFor=Hauptadresse,alias=Zweitadresse"/,
    ],
    [
      ["New address", "Old one", "Older one"],
      ["a@x.example", "b@x.example", "c@x.example"],
      /--columns "aliasFor=New address,alias=NAME"/,
    ],
    [
      ["Ann", "B", "C"],
      ["a@x.example", "b@x.example", "c@x.example"],
      /--columns "aliasFor=NAME,alias=NAME"/,
    ],
  ])("%j", (header, record, message) => {
    expect(() => byHeader(header, {}, [record])).toThrow(message);
    expect(() => byHeader(header, {}, [record])).toThrow(expect.objectContaining({ kind: "input" }));
  });

  it("a name that --columns gives and that occurs twice", () => {
    expect(() => byHeader(["Mail", "x", "mail"], { aliasFor: "MAIL", alias: "x" })).toThrow(
      /"Mail" occurs more than once, in columns 1 \("Mail"\) and 3 \("mail"\)/,
    );
  });

  it("but not where --columns says it, whatever the columns hold", () => {
    const choice = { aliasFor: "upn", alias: "nick" };
    expect(
      byHeader(["nick", "mail", "upn", "alias"], choice, [["a", "b@x.example", "c", "d@x.example"]]),
    ).toEqual({
      aliasFor: 2,
      alias: 0,
    });
  });
});

describe("columns that can't be found stop the run and say what was found and what to type", () => {
  it.each([
    [["Nom", "Old address"], {}, /aliases\.csv, line 3: no column "aliasFor" and "alias"/],
    [["Mail", "Old mail"], {}, /no column "alias" .*Found: "Mail", "Old mail"/],
    [["Mail", "Old mail"], {}, /--columns "aliasFor=Mail,alias=Old mail"/],
    [["cur", "alias"], {}, /no column "aliasFor" .*--columns "aliasFor=cur,alias=alias"/],
    [["who", "alias", "note"], {}, /--columns "aliasFor=NAME,alias=alias"/],
    [["a", "b", "c"], {}, /--columns "aliasFor=NAME,alias=NAME"/],
    [["aliasFor", "alias"], { alias: "old" }, /no column "old"/],
    [["ann@x.example", "a@x.example"], {}, /no header line, add --no-header/],
    [["aliasFor;alias"], {}, /separated by ';': add --delimiter ';'/],
    [["aliasFor\talias"], {}, /separated by tabs: add --delimiter tab/],
    [
      ["alias", "aliasFor", "Alias"],
      {},
      /"alias" occurs more than once, in columns 1 \("alias"\) and 3 \("Alias"\)/,
    ],
    [["bad\u001b[31m"], {}, /Found: "bad\\u\{1b\}\[31m"/],
  ])("%j with %j", (header, choice, message) => {
    expect(() => byHeader(header, choice)).toThrow(message);
    expect(() => byHeader(header, choice)).toThrow(expect.objectContaining({ kind: "input" }));
  });

  it.each([
    [1, {}, "input", /alias should be in column 2, and the record has 1 cell/],
    [2, { alias: "3" }, "input", /alias should be in column 3, and the record has 2 cells/],
    [2, { alias: "mail" }, "usage", /alias=mail: with --no-header, give the column's position/],
    [2, { alias: "0" }, "usage", /position, from 1/],
    [2, { aliasFor: "2" }, "usage", /one column for both/],
  ])("of %i cells by position, %j", (cellCount, choice, kind, message) => {
    expect(() => columnsByPosition(cellCount, choice, place)).toThrow(message);
    expect(() => columnsByPosition(cellCount, choice, place)).toThrow(expect.objectContaining({ kind }));
  });

  it("one column for both addresses", () => {
    expect(() => byHeader(["mail", "x"], { aliasFor: "mail", alias: "Mail" })).toThrow(/one column for both/);
  });
});

it("of a header with hundreds of columns names as many as can be read", () => {
  const header = Array.from({ length: 203 }, (_, index) => `Attribute ${index + 1}`);
  expect(() => byHeader(header)).toThrow(/"Attribute 200" and 3 more/);
});

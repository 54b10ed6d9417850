import { describe, expect, it } from "vitest";
import { columnsByHeader, columnsByPosition, unreadColumns } from "../../src/csv/columns.ts";

const place = { name: "aliases.csv", line: 3, delimiter: "," };
const byHeader = (header: readonly string[], choice = {}, records: readonly (readonly string[])[] = []) =>
  columnsByHeader(header, records, choice, place);

describe("the two columns are found", () => {
  it.each([
    [["aliasFor", "alias"], { aliasFor: 0, aliases: [1] }],
    [["Alias", "note", "ALIAS_FOR"], { aliasFor: 2, aliases: [0] }],
    [["alias-for", " Alias "], { aliasFor: 0, aliases: [1] }],
    [["Alias For", "a-l-i-a-s", "aliases"], { aliasFor: 0, aliases: [1] }],
    [["note", "aliasFor", "alias", "note"], { aliasFor: 1, aliases: [2] }],
  ])("by header, case, spaces, _ and - making no difference: %j", (header, columns) => {
    expect(byHeader(header)).toEqual(columns);
  });

  it("by the names that --columns gives, matched likewise", () => {
    const choice = { aliasFor: "primary_address", aliases: ["SECOND"] };
    expect(byHeader(["Second", "x", "Primary Address"], choice)).toEqual({ aliasFor: 2, aliases: [0] });
  });

  it("by one name that --columns gives, and by header", () => {
    expect(byHeader(["alias", "mail"], { aliasFor: "mail" })).toEqual({ aliasFor: 1, aliases: [0] });
  });

  it("by position without a header, by default the first two", () => {
    expect(columnsByPosition(2, {}, place)).toEqual({ aliasFor: 0, aliases: [1] });
    expect(columnsByPosition(4, { aliasFor: "4", aliases: ["1"] }, place)).toEqual({
      aliasFor: 3,
      aliases: [0],
    });
  });
});

describe("columns of other programs are found by their names and by what they hold", () => {
  it.each([
    [
      "Get-Mailbox: Alias is a nickname there",
      ["Name", "Alias", "PrimarySmtpAddress", "EmailAddresses", "WindowsEmailAddress"],
      ["Ann", "ann", "ann@x.example", "SMTP:ann@x.example smtp:a@x.example", "ann@x.example"],
      { aliasFor: 2, aliases: [3] },
    ],
    [
      "Get-ADUser: UserPrincipalName is a login, whatever it looks like",
      ["DistinguishedName", "mail", "proxyAddresses", "UserPrincipalName"],
      ["CN=Ann,DC=x", "ann@x.example", "smtp:a@x.example", "ann@x.example"],
      { aliasFor: 1, aliases: [2] },
    ],
    [
      "a collection that Export-Csv did not write out is still the column that is meant",
      ["mail", "proxyAddresses"],
      ["ann@x.example", "Microsoft.ActiveDirectory.Management.ADPropertyValueCollection"],
      { aliasFor: 0, aliases: [1] },
    ],
    [
      "a list whose first entry is a telephone number",
      ["mail", "proxyAddresses"],
      ["ann@x.example", "tel:+1 425 555 0100"],
      { aliasFor: 0, aliases: [1] },
    ],
    [
      "a list whose first entry is an extension of a dial plan",
      ["mail", "proxyAddresses"],
      ["ann@x.example", "meum:4711"],
      { aliasFor: 0, aliases: [1] },
    ],
    [
      "Mimecast's spreadsheet",
      ["email", "name", "alias"],
      ["ann@x.example", "Ann", "a@x.example"],
      { aliasFor: 0, aliases: [2] },
    ],
    [
      "a list of somebody's",
      ["Primary", "Secondary"],
      ["ann@x.example", "a@x.example"],
      { aliasFor: 0, aliases: [1] },
    ],
    [
      "names in angle brackets",
      ["E-Mail", "Aliases"],
      ["Ann <ann@x.example>", "a@x.example"],
      { aliasFor: 0, aliases: [1] },
    ],
    [
      "a column that is empty so far",
      ["mail", "alias"],
      ["ann@x.example", ""],
      { aliasFor: 0, aliases: [1] },
    ],
    [
      "an empty one beside one that is not",
      ["mail", "alias", "aliases"],
      ["ann@x.example", "", "a@x.example"],
      { aliasFor: 0, aliases: [2] },
    ],
    [
      "the tool's own names, whatever else there is",
      ["aliasFor", "alias", "mail", "EmailAddresses"],
      ["(at)", "nonsense", "ann@x.example", "a@x.example"],
      { aliasFor: 0, aliases: [1] },
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
    expect(byHeader(header, {}, records)).toEqual({ aliasFor: 0, aliases: [2] });
  });
});

describe("alias columns of one family are taken together", () => {
  const record = ["ann@x.example", "a@x.example", "b@x.example", "c@x.example"];

  it.each([
    ["equal", ["Email", "Alias", "Alias", "Alias"]],
    ["equal but for case, spaces, _ and -", ["Email", "Alias", " ALIAS ", "a_lias"]],
    ["equal but for a number behind them", ["Email", "Alias", "Alias 2", "Alias 3"]],
    ["numbered from 0 as in flattened JSON", ["mail", "aliases.0", "aliases.1", "aliases.2"]],
    ["numbered as in arrays", ["mail", "aliases[0]", "aliases[1]", "aliases[10]"]],
    ["numbered in brackets", ["mail", "Alias (1)", "Alias (2)", "Alias (3)"]],
    ["numbered without a space", ["mail", "proxyAddress1", "proxyAddress2", "proxyAddress3"]],
    ["the tool's own, and numbered", ["aliasFor", "alias", "alias2", "alias_3"]],
  ])("where their headers are %s", (_, header) => {
    expect(byHeader(header, {}, [record])).toEqual({ aliasFor: 0, aliases: [1, 2, 3] });
  });

  it("where some of them hold no addresses in the first records", () => {
    const sparse = [
      ["ann@x.example", "", "b@x.example", ""],
      ["bob@x.example", "", "", ""],
    ];
    const header = ["Email", "Alias", "Alias 2", "Alias 3"];
    expect(byHeader(header, {}, sparse)).toEqual({ aliasFor: 0, aliases: [1, 2, 3] });
    const empty = [["ann@x.example", "", "", ""]];
    expect(byHeader(header, {}, empty)).toEqual({ aliasFor: 0, aliases: [1, 2, 3] });
  });

  it("but for one that only counts the others, as flattened JSON has it", () => {
    const header = ["primaryEmail", "aliases", "aliases.0", "aliases.1"];
    const counted = [
      ["ann@x.example", "2", "a@x.example", "b@x.example"],
      ["bob@x.example", "0", "", ""],
      ["cem@x.example", "", "", ""],
    ];
    expect(byHeader(header, {}, counted)).toEqual({ aliasFor: 0, aliases: [2, 3] });
    expect(() => byHeader(header.slice(0, 2), {}, [["ann@x.example", "2"]])).toThrow(/no column "alias"/);
  });

  it("and not with columns of another name, which make the header doubtful", () => {
    expect(() => byHeader(["Email", "Alias", "Alias 2", "Secondary"], {}, [record])).toThrow(
      /alias can be any of 2 \("Alias"\) and 3 \("Alias 2"\) and 4 \("Secondary"\)/,
    );
  });

  it("by a name that --columns gives, which means all columns of that name and no others", () => {
    const header = ["Email", "Old", "Old 2", "old"];
    expect(byHeader(header, { aliases: ["OLD"] }, [record])).toEqual({ aliasFor: 0, aliases: [1, 3] });
  });

  it("by several names that --columns gives, in the order of the file", () => {
    const header = ["Email", "Old", "Old 2", "Older"];
    expect(byHeader(header, { aliases: ["Older", "Old", "old"] }, [record])).toEqual({
      aliasFor: 0,
      aliases: [1, 3],
    });
  });

  it("by several positions where there is no header", () => {
    expect(columnsByPosition(4, { aliasFor: "2", aliases: ["4", "1"] }, place)).toEqual({
      aliasFor: 1,
      aliases: [0, 3],
    });
    expect(() => columnsByPosition(2, { aliases: ["2", "3"] }, place)).toThrow(/alias should be in column 3/);
    expect(() => columnsByPosition(3, { aliases: ["2", "1"] }, place)).toThrow(/one column for both/);
  });

  it("while other columns with addresses are named, as they are not read", () => {
    const wide = [["ann@x.example", "a@x.example", "b@x.example", "c@x.example", "Ann", "smtp:d@x.example"]];
    expect(unreadColumns(6, wide, { aliasFor: 1, aliases: [2] })).toEqual([0, 3, 5]);
    expect(unreadColumns(5, wide, { aliasFor: 1, aliases: [2] })).toEqual([]);
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
    expect(() => byHeader(["Mail", "x", "mail"], { aliasFor: "MAIL", aliases: ["x"] })).toThrow(
      /"Mail" occurs more than once, in columns 1 \("Mail"\) and 3 \("mail"\)/,
    );
  });

  it("but not where --columns says it, whatever the columns hold", () => {
    const choice = { aliasFor: "upn", aliases: ["nick"] };
    expect(
      byHeader(["nick", "mail", "upn", "alias"], choice, [["a", "b@x.example", "c", "d@x.example"]]),
    ).toEqual({
      aliasFor: 2,
      aliases: [0],
    });
  });
});

describe("advice on columns", () => {
  const adviceOf = (header: readonly string[], record: readonly string[], choice = {}): string => {
    try {
      byHeader(header, choice, [record]);
    } catch (error) {
      return String(error);
    }
    return "found";
  };
  const [A, B] = ["a@x.example", "b@y.example"];
  const both = (one: string, two: string): string =>
    `add the right one: --columns "aliasFor=${one},alias=${two}" (b@y.example will belong to a@x.example), or --columns "aliasFor=${two},alias=${one}" (a@x.example will belong to b@y.example)`;

  it.each([
    ["source", "destination"],
    ["Alias", "SmtpAddress"],
    ["Alias", "SmtpAddresses"],
    ["mail", "SmtpAddress"],
    ["Email", "New email"],
    ["Threshold", "Salt"],
    ["Address 1", "Address 2"],
    ["from", "to"],
  ])("shows both ways round where nothing tells the direction: %s, %s", (one, two) => {
    expect(adviceOf([one, two], [A, B])).toContain(both(one, two));
  });

  it.each([
    [["Alias", "Target"], "aliasFor=Target,alias=Alias"],
    [["Alias", "To"], "aliasFor=To,alias=Alias"],
    [["Primary alias", "Old"], "aliasFor=Primary alias,alias=Old"],
    [["oldAddress", "newAddress"], "aliasFor=newAddress,alias=oldAddress"],
    [["PrimarySmtpAddress", "SmtpAddress"], "aliasFor=PrimarySmtpAddress,alias=SmtpAddress"],
    [["userPrincipalName", "Address"], "aliasFor=userPrincipalName,alias=Address"],
    [[" UPN ", " proxyAddresses"], "aliasFor=UPN,alias=proxyAddresses"],
  ])("shows one way where the names tell it: %j", (header, option) => {
    const advice = adviceOf(header, [A, B]);
    expect(advice).toContain(`Name the columns with --columns "${option}" (`);
    expect(advice).not.toContain(" or --columns");
  });

  it("leaves out a way in which the records can't be meant", () => {
    const advice = adviceOf(["left", "right"], ["SMTP:b@y.example;smtp:c@y.example", B]);
    expect(advice).toContain(
      'with --columns "aliasFor=right,alias=left" (c@y.example will belong to b@y.example)',
    );
  });

  it("names all columns of a family of aliases", () => {
    const advice = adviceOf(["Email", "Old address 1", "Old address 2"], [A, B, "c@y.example"]);
    expect(advice).toContain(
      '--columns "aliasFor=Email,alias=Old address 1,alias=Old address 2" (b@y.example will',
    );
    expect(adviceOf(["Email", "Former", "former"], [A, B, ""])).toContain('"aliasFor=Email,alias=Former" (');
  });

  it.each([
    "alternateEmailAddress",
    "Recovery Email",
    "ExternalEmailAddress",
    "alternateemailaddress",
    "Home address",
    "otherMails",
  ])("is never to take an address outside for one of the mailbox: %s", (outside) => {
    const advice = adviceOf(["mail", outside], [A, B]);
    expect(advice).toContain(`these are not addresses of the mailbox: "${outside}"`);
    expect(advice).toContain('--columns "aliasFor=mail,alias=NAME"');
    const withLogin = adviceOf(["userPrincipalName", "mail", outside], [A, A, B]);
    expect(withLogin).toContain('--columns "aliasFor=mail,alias=NAME"');
  });

  it("shows each candidate with what it would do where several names are known", () => {
    const advice = adviceOf(["mail", "EmailAddress", "alias"], ["c@x.example", A, B]);
    expect(advice).toContain('"aliasFor=mail,alias=alias" (b@y.example will belong to c@x.example), or');
    expect(advice).toContain('"aliasFor=EmailAddress,alias=alias" (b@y.example will belong to a@x.example)');
    expect(adviceOf(["mail", "alias", "secondary"], [A, B, B])).toMatch(
      /alias=secondary" \([^)]*\)\. To take several alias columns, name each: "alias=A,alias=B"$/,
    );
  });

  it("keeps to what --columns says already", () => {
    expect(adviceOf(["one", "two", "three"], [A, B, A], { aliasFor: "one", aliases: ["x"] })).toContain(
      'aliasFor=one,alias=NAME"',
    );
    expect(adviceOf(["one", "SmtpAddress"], [A, B], { aliases: ["one"] })).toContain(
      'with --columns "aliasFor=SmtpAddress,alias=one" (a@x.example will belong to b@y.example)',
    );
  });

  it("asks for a name where a column of addresses has none", () => {
    expect(adviceOf(["mail", ""], [A, B])).toContain("To use column 2, give it a name in the header line");
  });

  it("shows both ways round by position where there is no header", () => {
    const advice = adviceOf([A, B, "x"], ["c@x.example", "d@y.example", "y"]);
    expect(advice).toContain(
      'add the right one: --no-header --columns "aliasFor=1,alias=2" (b@y.example will belong to a@x.example), or --no-header --columns "aliasFor=2,alias=1" (a@x.example will belong to b@y.example)',
    );
    expect(adviceOf([A, B, A], [])).toContain(
      'add --no-header and --columns "aliasFor=POSITION,alias=POSITION", from 1',
    );
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
    [["new $(reboot)", "old `id`"], {}, /--columns 'aliasFor=new \$\(reboot\),alias=old `id`'/],
    [["aliasFor", "alias"], { aliases: ["old"] }, /no column "old"/],
    [["ann@x.example", "a@x.example"], {}, /no header line, add --no-header/],
    [["aliasFor;alias"], {}, /separated by ';': add --delimiter ';'/],
    [["aliasFor\talias"], {}, /separated by tabs: add --delimiter tab/],
    [
      ["aliasFor", "alias", "Alias For"],
      {},
      /"aliasFor" occurs more than once, in columns 1 \("aliasFor"\) and 3 \("Alias For"\)/,
    ],
    [["mail", "Alias"], { aliases: ["Alias", "Alias 2"] }, /no column "Alias 2" /],
    [["bad\u001b[31m"], {}, /Found: "bad\\u\{1b\}\[31m"/],
  ])("%j with %j", (header, choice, message) => {
    expect(() => byHeader(header, choice)).toThrow(message);
    expect(() => byHeader(header, choice)).toThrow(expect.objectContaining({ kind: "input" }));
  });

  it.each([
    [1, {}, "input", /alias should be in column 2, but the record has 1 cell/],
    [2, { aliases: ["3"] }, "input", /alias should be in column 3, but the record has 2 cells/],
    [2, { aliases: ["mail"] }, "usage", /alias=mail: with --no-header, give the column's position/],
    [2, { aliases: ["0"] }, "usage", /position, from 1/],
    [2, { aliasFor: "2" }, "usage", /one column for both/],
  ])("of %i cells by position, %j", (cellCount, choice, kind, message) => {
    expect(() => columnsByPosition(cellCount, choice, place)).toThrow(message);
    expect(() => columnsByPosition(cellCount, choice, place)).toThrow(expect.objectContaining({ kind }));
  });

  it("one column for both addresses", () => {
    expect(() => byHeader(["mail", "x"], { aliasFor: "mail", aliases: ["Mail"] })).toThrow(
      /one column for both/,
    );
  });
});

it("of a header with hundreds of columns names as many as can be read", () => {
  const header = Array.from({ length: 203 }, (_, index) => `Attribute ${index + 1}`);
  expect(() => byHeader(header)).toThrow(/"Attribute 200" and 3 more/);
});

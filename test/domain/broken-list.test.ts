import { describe, expect, it } from "vitest";
import { cutListMessage, detectBrokenList, mayBeCut } from "../../src/domain/broken-list.ts";

describe("a cell is the name of a .NET type", () => {
  it.each([
    "System.String[]",
    " System.String[] ",
    "System.Object[]",
    "System.Collections.ArrayList",
    "System.Collections.Generic.List`1[System.String]",
    "Microsoft.Exchange.Data.ProxyAddressCollection",
    "Deserialized.Microsoft.Exchange.Data.ProxyAddressCollection",
  ])("%j", (cell) => {
    expect(detectBrokenList(cell, undefined)).toEqual({
      code: "unexpanded_list",
      message: expect.stringContaining(
        `the cell has the name of a .NET type, '${cell.trim()}', instead of addresses: the list was not joined before Export-Csv. Export it with: Get-Mailbox `,
      ),
    });
  });

  it.each([
    "MySystem.String[]",
    "See Deserialized.System.String[]",
    "System.String[] of old",
    "System.String",
    "System String[]",
    "Corp.System.ProxyAddressCollection",
  ])("but not: %j", (cell) => {
    expect(detectBrokenList(cell, undefined)).toBeUndefined();
  });
});

describe("a cell is a list that was cut short", () => {
  it.each([
    "{a@x.example, b@x.example...}",
    "{a@x.example, b@x.example\u2026 }",
    "{a@x.example, b@x.exam...",
    "{a@x.example",
    " {a@x.example, b@x.exam ",
    "a@x.example;b@x.exam...  ",
  ])("%j", (cell) => {
    expect(detectBrokenList(cell, undefined)).toEqual({
      code: "truncated_list",
      message: expect.stringContaining(
        `PowerShell cut the list '${cell.trim()}' short, and the rest of its addresses is missing. Export it with: Get-Mailbox `,
      ),
    });
  });

  it.each(["{a@x.example}", "a@x.example", "a@x.example}", "a...b@x.example;c@x.example", "a@x.example.."])(
    "but not: %j",
    (cell) => {
      expect(detectBrokenList(cell, undefined)).toBeUndefined();
    },
  );
});

it.each([
  ["System.String[]", undefined, "Get-Mailbox"],
  ["System.String[]", "EmailAddresses", "Get-Mailbox"],
  ["System.String[]", "ProxyAddresses", "Get-ADUser"],
  ["Microsoft.ActiveDirectory.Management.ADPropertyValueCollection", "EmailAddresses", "Get-ADUser"],
])(
  "The command that exports %s of the column %s right is whole, and can be pasted: %s",
  (cell, header, source) => {
    expect(detectBrokenList(cell, header)?.message).toMatch(
      source === "Get-ADUser"
        ? /: Get-ADUser -Filter \* -Properties mail,proxyAddresses \| Select-Object mail, @\{n='proxyAddresses'; e=\{\$_\.proxyAddresses -join ';'\}\} \| Export-Csv aliases\.csv -NoTypeInformation -Encoding UTF8$/
        : /: Get-Mailbox -ResultSize Unlimited \| Select-Object PrimarySmtpAddress, @\{n='EmailAddresses'; e=\{\$_\.EmailAddresses -join ';'\}\} \| Export-Csv aliases\.csv -NoTypeInformation -Encoding UTF8$/,
    );
  },
);

it("A cell may be cut if it has exactly the length at which programs cut cells", () => {
  const lengths = [254, 255, 256, 32_766, 32_767, 32_768];
  expect(lengths.filter((length) => mayBeCut("x".repeat(length)))).toEqual([255, 32_767]);
  expect(cutListMessage(255, "proxyAddresses")).toMatch(/exactly 255 characters.*Export it with: Get-ADUser/);
});

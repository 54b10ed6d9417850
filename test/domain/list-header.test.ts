import { expect, it } from "vitest";
import { isListHeader, withoutNumber } from "../../src/domain/list-header.ts";

it.each([
  ["Alias 2", "Alias"],
  ["aliases.0", "aliases"],
  ["aliases[10]", "aliases"],
  ["Alias (3) ", "Alias"],
  ["alias_2", "alias"],
  ["Alias #4", "Alias"],
  ["proxyAddresses/0", "proxyAddresses"],
  ["Alias", "Alias"],
  ["x500 address", "x500 address"],
  ["2", "2"],
])("The header %j without its number is %j", (header, base) => {
  expect(withoutNumber(header)).toBe(base);
});

it.each(["proxyAddresses", "E-mail Aliases", "aliases.0", "EmailAddresses 2"])(
  "%j is the header of a list",
  (header) => {
    expect(isListHeader(header)).toBe(true);
  },
);

it.each(["alias", "Alias 2", "Addresses of home", ""])("%j is not the header of a list", (header) => {
  expect(isListHeader(header)).toBe(false);
});

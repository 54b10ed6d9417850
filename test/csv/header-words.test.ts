import { expect, it } from "vitest";
import { hintOf } from "../../src/csv/header-words.ts";

it.each([
  ["PrimarySmtpAddress", "aliasFor"],
  ["primarysmtpaddress", "aliasFor"],
  ["Primary alias", "aliasFor"],
  ["Primary external address", "aliasFor"],
  ["Primäre E-Mail-Adresse", "aliasFor"],
  ["Hauptadresse", "aliasFor"],
  ["Adresse principale", "aliasFor"],
  ["Hoofdadres", "aliasFor"],
  ["newAddress", "aliasFor"],
  ["alias for", "aliasFor"],
  ["Alias 2", "alias"],
  ["proxyAddresses", "alias"],
  ["Zweitadresse", "alias"],
  ["Adresse secondaire", "alias"],
  ["Oud adres", "alias"],
  ["Frühere Adresse", "alias"],
  ["alternateEmailAddress", "neither"],
  ["RecoveryEmail", "neither"],
  ["External alias", "neither"],
  ["targetAddress", "neither"],
  ["forwardingSmtpAddress", "neither"],
  ["SmtpAddress", "either"],
  ["UserPrincipalName", "login"],
  ["Old or new", undefined],
  ["Threshold", undefined],
  ["Salt", undefined],
  ["Renewal", undefined],
  ["Target", undefined],
  ["destination", undefined],
])("The header %j hints at %s", (header, hint) => {
  expect(hintOf(header)).toBe(hint);
});

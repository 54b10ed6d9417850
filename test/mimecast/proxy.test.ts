import { describe, expect, test } from "vitest";
import { proxyAuthorization, proxySecrets, proxyUrl } from "../../src/mimecast/proxy.ts";

test.each([
  ["http://proxy.example:3128", "http://proxy.example:3128/"],
  ["proxy.example:3128", "http://proxy.example:3128/"],
  ["HTTPS://proxy.example", "https://proxy.example/"],
  ["[fd00::1]:3128", "http://[fd00::1]:3128/"],
  ["http://me:100%@proxy.example", "http://me:100%@proxy.example/"],
])("The proxy %s is used", (text, href) => {
  expect(proxyUrl(text)?.href).toBe(href);
});

test.each([
  "socks5://proxy.example:1080",
  "no url at all",
  "http://",
  "http://me:pa#ss@proxy.example:3128",
  "http://me:12/ss@proxy.example:3128",
  "http://me:12?ss@proxy.example:3128",
  "http://me:12#ss@proxy.example:3128",
  "http://proxy.example/proxy.pac",
  "http://fd00::1:3128",
  "http://proxy.example:99999",
])("The proxy %s can't be used", (text) => {
  expect(proxyUrl(text)).toBeUndefined();
});

describe("A proxy's user name and password are sent", () => {
  test.each([
    ["http://ann:p%40ss@x", "ann:p@ss"],
    ["http://ann:100%@x", "ann:100%"],
    ["http://ann:%zz%41@x", "ann:%zzA"],
    ["http://ann:pässwort@x", "ann:pässwort"],
    ["http://corp%5Cann:x@x", "corp\\ann:x"],
    ["http://ann@x", "ann:"],
    ["http://:only@x", ":only"],
  ])("for %s", (url, credentials) => {
    expect(proxyAuthorization(new URL(url))).toBe(`Basic ${Buffer.from(credentials).toString("base64")}`);
  });

  test("only where the URL has them", () => {
    expect(proxyAuthorization(new URL("http://proxy.example"))).toBeUndefined();
  });
});

test.each([
  ["http://ann:p%40ss@proxy.example", ["p%40ss", "p%40ss", "p@ss", "p@ss"]],
  ["ann:hush@proxy.example", ["hush", "hush", "hush", "hush"]],
  [" http://ann:pa#ss@proxy.example:3128", ["pa#ss", "pa#ss"]],
  ["http://token-1@proxy.example", ["token-1", "token-1"]],
  ["http://proxy.example:3128", []],
  ["", []],
])("The password in %j is kept out of texts in each of its forms", (text, secrets) => {
  expect(proxySecrets(text)).toEqual(secrets);
});

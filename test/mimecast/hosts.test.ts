import { describe, expect, test } from "vitest";
import { checkBaseUrl, isLoopback, regionBaseUrl, regionNames } from "../../src/mimecast/hosts.ts";

test("API 2.0 has three regions, global first", () => {
  expect(regionNames("2.0")).toEqual(["global", "uk", "us"]);
  expect(regionBaseUrl("2.0", "global")).toBe("https://api.services.mimecast.com");
  expect(regionBaseUrl("2.0", "uk")).toBe("https://uk-api.services.mimecast.com");
});

test("API 1.0 has ten regions, two of them under odd hosts", () => {
  expect(regionNames("1.0")).toEqual([
    "eu",
    "de",
    "us",
    "usb",
    "uspcom",
    "ca",
    "za",
    "au",
    "offshore",
    "sandbox",
  ]);
  expect(regionBaseUrl("1.0", "offshore")).toBe("https://je-api.mimecast.com");
  expect(regionBaseUrl("1.0", "uspcom")).toBe("https://uspcom-api.mimecast-pscom-us.com");
  expect(regionBaseUrl("1.0", "us")).toBe("https://us-api.mimecast.com");
});

test("an unknown region has no host, also one that every object has as a property", () => {
  expect(regionBaseUrl("2.0", "eu")).toBeUndefined();
  expect(regionBaseUrl("1.0", "constructor")).toBeUndefined();
});

describe("a base URL is accepted", () => {
  test.each([
    ["https://api.services.mimecast.com", "https://api.services.mimecast.com"],
    ["  https://api.services.mimecast.com/  ", "https://api.services.mimecast.com"],
    ["https://gateway.example/mimecast/", "https://gateway.example/mimecast"],
    ["http://127.0.0.1:8787", "http://127.0.0.1:8787"],
    ["http://127.9.9.9:8787", "http://127.9.9.9:8787"],
    ["http://localhost:8787/", "http://localhost:8787"],
    ["http://[::1]:8787", "http://[::1]:8787"],
  ])("%s", (text, url) => {
    expect(checkBaseUrl(text)).toEqual({ ok: true, url });
  });
});

describe("a base URL is refused, with the reason", () => {
  test.each([
    ["api.services.mimecast.com", "is not a URL"],
    ["", "is not a URL"],
    ["ftp://api.services.mimecast.com", "ftp:"],
    ["http://api.services.mimecast.com", "plain http:"],
    ["http://127.0.0.1.example.com", "plain http:"],
    ["http://localhost.example.com", "plain http:"],
    ["http://10.0.0.1", "plain http:"],
    ["https://ann:secret@api.services.mimecast.com", "user name or password"],
    ["https://ann@api.services.mimecast.com", "user name or password"],
    ["https://api.services.mimecast.com/?region=eu", "a query"],
    ["https://api.services.mimecast.com/?", "a query"],
    ["https://api.services.mimecast.com/#top", "a fragment"],
  ])("%s", (text, reason) => {
    expect(checkBaseUrl(text)).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  test("the reason does not repeat a password", () => {
    expect(JSON.stringify(checkBaseUrl("https://ann:secret@host.example"))).not.toContain("secret");
  });
});

test("a text that is not a URL is not a loopback address", () => {
  expect(isLoopback("localhost")).toBe(false);
  expect(isLoopback("http://127.1:80")).toBe(true);
});

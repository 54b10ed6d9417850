import { expect, test } from "vitest";
import { regionBaseUrl, regionNames } from "../../src/mimecast/hosts.ts";

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

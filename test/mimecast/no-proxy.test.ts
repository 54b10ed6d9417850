import { describe, expect, test } from "vitest";
import { isReachedDirectly } from "../../src/mimecast/no-proxy.ts";

const API = "https://eu-api.mimecast.com";

describe("NO_PROXY excepts a host", () => {
  test.each([
    [API, "eu-api.mimecast.com"],
    [API, "mimecast.com"],
    [API, "com"],
    [API, ".mimecast.com"],
    [API, "*.mimecast.com"],
    [API, "EU-API.Mimecast.COM."],
    [API, "*"],
    [API, "other.example, mimecast.com"],
    [API, "other.example mimecast.com:443"],
    ["https://mimecast.com:8443", "mimecast.com:8443"],
    ["https://mimecast.com", ".mimecast.com"],
    ["https://mimecast.com./", "mimecast.com"],
    ["https://intranet", "intranet"],
    ["https://10.1.2.3", "10.1.2.3"],
    ["https://10.1.2.3", "10.0.0.0/8"],
    ["https://10.1.2.3", "10.1.2.3:443"],
    ["https://[fd00::1]", "fd00::1"],
    ["https://[fd00::1]", "FD00:0:0::1"],
    ["https://[fd00::1]:8443", "[fd00::1]:8443"],
    ["https://[fd00::1]", "fd00::/8"],
  ])("%s by %j", (url, noProxy) => {
    expect(isReachedDirectly(new URL(url), noProxy)).toBe(true);
  });
});

describe("NO_PROXY leaves a host to the proxy", () => {
  test.each([
    [API, ""],
    [API, " , ,"],
    [API, "."],
    [API, "cast.com"],
    [API, "api.mimecast.com"],
    [API, "mimecast.com:8443"],
    [API, "mimecast.com:port"],
    [API, "10.0.0.0/8"],
    ["https://10.1.2.3", "2.3"],
    ["https://10.1.2.3", "10.0.0.0/99"],
    ["https://10.1.2.3", "10.0.0.0/x"],
    ["https://10.1.2.3", "fd00::/8"],
    ["https://[fd00::1]", "[fd00::1]:8443"],
    ["https://[fd00::1]", "10.0.0.0/8"],
  ])("%s with %j", (url, noProxy) => {
    expect(isReachedDirectly(new URL(url), noProxy)).toBe(false);
  });
});

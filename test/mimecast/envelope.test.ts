import { expect, test } from "vitest";
import { jsonBody } from "../../src/mimecast/envelope.ts";

test.each([
  ["", '{"a":1}'],
  ["behind a byte order mark", '\ufeff{"a":1}'],
])("JSON is read %s", (_where, text) => {
  expect(jsonBody(Buffer.from(text))).toEqual({ kind: "json", json: { a: 1 } });
});

test.each(["", "\ufeff", "\ufeff\ufeff{}", "<html>"])("%j is not JSON", (text) => {
  expect(jsonBody(Buffer.from(text))).toEqual({ kind: "unreadable", why: "is not JSON" });
});

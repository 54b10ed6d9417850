import { expect, test } from "vitest";
import { signedHeaders } from "../../src/mimecast/signing.ts";
import { EPOCH_MS, REQUEST_ID } from "./parts.ts";

test("the public test vector is signed as published", () => {
  const keys = {
    appId: "application-id",
    appKey: "ApplicationKey",
    accessKey: "AccessKey",
    secretKey: "U2VjcmV0S2V5",
  };
  expect(
    signedHeaders(keys, { path: "/api/test/some-url", requestId: REQUEST_ID, epochMs: EPOCH_MS }),
  ).toEqual({
    authorization: "MC AccessKey:WOywLsnZlsE+D6bp/ug6uch5kxc=",
    "x-mc-app-id": "application-id",
    "x-mc-date": "Sun, 21 Aug 2022 13:49:40 UTC",
    "x-mc-req-id": REQUEST_ID,
  });
});

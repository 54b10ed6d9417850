import type { CallOptions } from "../../src/domain/api.ts";
import type { Clock } from "../../src/domain/clock.ts";
import type { Credentials, MimecastSettings } from "../../src/mimecast/settings.ts";

export const PAIR = { aliasFor: "ann@new.example", alias: "ann@old.example" } as const;
export const APPLIED = {
  fail: [],
  meta: { status: 200 },
  data: [
    {
      domain: "old.example",
      isInternal: true,
      alias: PAIR.alias,
      aliasDisplayName: "",
      aliasFor: PAIR.aliasFor,
      type: "created_manually",
    },
  ],
} as const;
export const SIGNED: Credentials = {
  api: "1.0",
  appId: "application-id",
  appKey: "ApplicationKey",
  accessKey: "AccessKey",
  secretKey: "U2VjcmV0S2V5",
};
export const OAUTH: Credentials = { api: "2.0", clientId: "client-id", clientSecret: "client-secret-value" };
export const REQUEST_ID = "3d796b76-4180-40e5-8f7c-6e0fd643b1a9";
/** Sun, 21 Aug 2022 13:49:40 UTC. */
export const EPOCH_MS = 1_661_089_780_000;

/** A clock that goes on when the test says so. */
export function testClock(): Clock & { advance(ms: number): void } {
  let passedMs = 0;
  return {
    nowMs: () => 1_000 + passedMs,
    epochMs: () => EPOCH_MS + passedMs,
    sleep: async () => undefined,
    advance(ms) {
      passedMs += ms;
    },
  };
}

export function settings(baseUrl: string, changes: Partial<MimecastSettings> = {}): MimecastSettings {
  return {
    baseUrl,
    credentials: SIGNED,
    timeoutMs: 5_000,
    connections: 8,
    userAgent: "mimecast-bulk/test",
    ...changes,
  };
}

export function control(changes: Partial<CallOptions> = {}): CallOptions {
  return { beforeSend: async () => undefined, signal: new AbortController().signal, ...changes };
}

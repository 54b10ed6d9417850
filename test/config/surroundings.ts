import type { ImportConfigSources } from "../../src/config/import-config.ts";

/** 22 November 2026, 12:00 UTC. */
export const NOW_EPOCH_MS = Date.UTC(2026, 10, 22, 12);

/** An API 2.0 account. */
export const OAUTH_ENV = { MIMECAST_CLIENT_ID: "client-1", MIMECAST_CLIENT_SECRET: "hush-client" };

/** An API 1.0 account. */
export const SIGNED_ENV = {
  MIMECAST_APP_ID: "app-1",
  MIMECAST_APP_KEY: "hush-app",
  MIMECAST_ACCESS_KEY: "hush-access",
  MIMECAST_SECRET_KEY: "hush-secret",
  MIMECAST_REGION: "eu",
};

/** Surroundings without any file; `cwd` is a folder that does not exist. */
export function surroundings(
  env: Readonly<Record<string, string | undefined>> = OAUTH_ENV,
  cwd = "/nonexistent",
): ImportConfigSources {
  return { env, cwd, nowEpochMs: NOW_EPOCH_MS };
}

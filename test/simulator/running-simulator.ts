import { randomUUID } from "node:crypto";
import { afterEach } from "vitest";
import { authorizationOf } from "../../src/simulator/signatures.ts";
import {
  SIMULATOR_SETTINGS,
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../src/simulator/simulator.ts";

const running: Simulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
});

/** Starts a simulator and closes it when the test ends. */
export async function simulatorFor(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return simulator;
}

/** A clock that advances only when the test moves it. */
export function standingClock() {
  const clock = {
    ms: 0,
    startEpochMs: Date.UTC(2022, 7, 21, 13, 49, 40),
    nowMs: () => clock.ms,
    epochMs: () => clock.startEpochMs + clock.ms,
  };
  return clock;
}

/** The pair's body, as `update-alias` reads it. */
export function bodyOf(...items: readonly object[]): string {
  return JSON.stringify({ data: items });
}

export function pair(alias: string, aliasFor = "ann@new.example") {
  return { aliasFor, alias };
}

export function tokenForm(fields: Record<string, string> = {}): URLSearchParams {
  return new URLSearchParams({
    grant_type: "client_credentials",
    client_id: SIMULATOR_SETTINGS.clientId,
    client_secret: SIMULATOR_SETTINGS.clientSecret,
    ...fields,
  });
}

export async function freshToken(simulator: Simulator): Promise<string> {
  const response = await fetch(`${simulator.url}/oauth/token`, { method: "POST", body: tokenForm() });
  const answer: unknown = await response.json();
  if (typeof answer === "object" && answer !== null && "access_token" in answer) {
    return String(answer.access_token);
  }
  throw new Error("The simulator gave no token");
}

export const UPDATE_ALIAS = "/api/user/update-alias";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined if it is not JSON. */
  readonly json: unknown;
}

/** Makes one call with a new token. Rejects if the connection breaks. */
export async function call(simulator: Simulator, body: string, path = UPDATE_ALIAS): Promise<Answered> {
  return callWith(simulator, { authorization: `Bearer ${await freshToken(simulator)}` }, body, path);
}

export async function callWith(
  simulator: Simulator,
  headers: Record<string, string>,
  body: string,
  path = UPDATE_ALIAS,
): Promise<Answered> {
  const response = await fetch(`${simulator.url}${path}`, {
    method: "POST",
    headers,
    body,
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

/** Returns the headers of a signed call at this time, with the given changes. */
export function signedHeaders(epochMs: number, changes: Record<string, string> = {}): Record<string, string> {
  const date = new Date(epochMs).toUTCString().replace("GMT", "UTC");
  const parts = { "x-mc-date": date, "x-mc-req-id": randomUUID(), ...changes };
  return {
    authorization: authorizationOf(
      SIMULATOR_SETTINGS,
      parts["x-mc-date"],
      parts["x-mc-req-id"],
      UPDATE_ALIAS,
    ),
    "x-mc-app-id": SIMULATOR_SETTINGS.appId,
    ...parts,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

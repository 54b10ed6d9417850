import { z } from "zod";
import { percentage, positiveNumber, wholeNumber } from "./option-readers.ts";

const on = z.boolean().default(false);

/** The options of every command that reaches Mimecast. */
export const REACH_FLAGS = {
  maxRate: wholeNumber(1, 1_000_000).optional(),
  // Leaves the account's other integrations something, and costs a tenth of the speed.
  quotaReserve: percentage(0, 99).default(10),
  // With backoff this spans minutes: longer than a passing fault, shorter than an outage.
  maxAttempts: wholeNumber(1, 100).default(6),
  timeout: positiveNumber(3600).default(30),
  quiet: on,
  verbose: on,
  simulate: on,
  envFile: z.array(z.string()).default([]),
} as const;

const reachFlags = z.object(REACH_FLAGS);

/** Those options as the command line has them. */
export type ReachFlags = z.input<typeof reachFlags>;
/** Those options with their types and defaults. */
export type ReachOptions = z.output<typeof reachFlags>;

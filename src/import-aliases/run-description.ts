import { z } from "zod";
import type { RunStore } from "../ledger/run-store.ts";

const inputSchema = z.object({
  name: z.string(),
  headerRaw: z.string().optional(),
  delimiter: z.string(),
  /** From 0. */
  aliasColumn: z.number(),
  bom: z.boolean(),
  lineBreak: z.string(),
  /** As people write it; absent, like the next two, until the input was read to its end. */
  encoding: z.string().optional(),
  /** Hex. */
  sha256: z.string().optional(),
  bytes: z.number().optional(),
});

const descriptionSchema = z.object({
  name: z.string(),
  toolVersion: z.string(),
  tenant: z.string(),
  startedAtEpochMs: z.number(),
  inputs: z.array(inputSchema),
  /** By option or variable. Absent in what an earlier version left behind. */
  settings: z.record(z.string(), z.string()).default({}),
  /** Rows read, once all inputs were; planning and sending come after. */
  rows: z.number().optional(),
  /** Known when the rows are. */
  withoutAlias: z.number().optional(),
  otherAddresses: z.number().optional(),
});

/** What a run keeps on record of itself, so that the next run can write its files if it is killed. */
export type RunDescription = z.infer<typeof descriptionSchema>;
export type DescribedInput = z.infer<typeof inputSchema>;

export function describeRun(store: RunStore, description: RunDescription): void {
  store.describe("run", JSON.stringify(description));
}

/** Undefined for a run that was killed before it had said anything. */
export function descriptionOf(store: RunStore): RunDescription | undefined {
  const json = store.description("run");
  return json === undefined ? undefined : descriptionSchema.parse(JSON.parse(json));
}

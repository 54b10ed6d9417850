import { z } from "zod";
import type { RunStore } from "../ledger/run-store.ts";

const inputSchema = z.object({
  name: z.string(),
  headerRaw: z.string().optional(),
  delimiter: z.string(),
  header: z.array(z.string()).optional(),
  cellCount: z.number().default(0),
  /** From 0. Absent in what an earlier version left behind: then records are written back whole. */
  columns: z
    .object({ aliasFor: z.number(), aliases: z.array(z.number()) })
    .default({ aliasFor: -1, aliases: [] }),
  bom: z.boolean(),
  lineBreak: z.string(),
  /** As people write it. */
  encoding: z.string(),
  /** Its encoding is a guess: it is written back in its own bytes. */
  isGuessed: z.boolean().default(false),
  /** Hex. */
  sha256: z.string(),
  bytes: z.number(),
});

const manifestSchema = z.object({
  name: z.string(),
  toolVersion: z.string(),
  tenant: z.string(),
  startedAtEpochMs: z.number(),
  inputs: z.array(inputSchema),
  /** By option or variable. Absent in what an earlier version left behind. */
  settings: z.record(z.string(), z.string()).default({}),
  /** Rows read. */
  rows: z.number(),
  withoutAlias: z.number().default(0),
  otherAddresses: z.number().default(0),
});

/** What a run that is planned keeps on record of itself, so that the next run can write its files if it is killed. */
export type RunManifest = z.infer<typeof manifestSchema>;
export type InputManifest = z.infer<typeof inputSchema>;

export function saveManifest(store: RunStore, description: RunManifest): void {
  store.setMeta("run", JSON.stringify(description));
}

/** Undefined for a run that was killed before it was planned. */
export function loadManifest(store: RunStore): RunManifest | undefined {
  const json = store.getMeta("run");
  return json === undefined ? undefined : manifestSchema.parse(JSON.parse(json));
}

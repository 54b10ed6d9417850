import { z } from "zod";
import type { RunStore } from "../ledger/run-store.ts";

const inputSchema = z.object({
  name: z.string(),
  headerRaw: z.string().optional(),
  delimiter: z.string(),
  header: z.array(z.string()).optional(),
  cellCount: z.number().default(0),
  /** Column indexes, from 0. Absent in manifests of earlier versions: then records are written back completely. */
  columns: z
    .object({ aliasFor: z.number(), aliases: z.array(z.number()) })
    .default({ aliasFor: -1, aliases: [] }),
  bom: z.boolean(),
  lineBreak: z.string(),
  /** Display name of the encoding. */
  encoding: z.string(),
  /** True if the encoding is a guess: then records are written back in their original bytes. */
  isGuessed: z.boolean().default(false),
  /** Digest in hex. */
  sha256: z.string(),
  bytes: z.number(),
});

const manifestSchema = z.object({
  name: z.string(),
  toolVersion: z.string(),
  tenant: z.string(),
  startedAtEpochMs: z.number(),
  inputs: z.array(inputSchema),
  /** Values by option or variable. Absent in manifests of earlier versions. */
  settings: z.record(z.string(), z.string()).default({}),
  /** Number of rows read. */
  rows: z.number(),
  withoutAlias: z.number().default(0),
  otherAddresses: z.number().default(0),
});

/** The description that a planned run stores of itself. If the run is killed, the next run writes its files from it. */
export type RunManifest = z.infer<typeof manifestSchema>;
export type InputManifest = z.infer<typeof inputSchema>;

/** Stores the manifest in the run's database. */
export function saveManifest(store: RunStore, manifest: RunManifest): void {
  store.setMeta("run", JSON.stringify(manifest));
}

/** Loads the manifest; undefined if the run was killed before it was planned. */
export function loadManifest(store: RunStore): RunManifest | undefined {
  const json = store.getMeta("run");
  return json === undefined ? undefined : manifestSchema.parse(JSON.parse(json));
}

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { CORP, livedThrough, NO_RULES, newRunFolder, rows, temporaryFolder } from "./parts.ts";

const HEADER_BYTES = 100;

/** Opens the ledger and plans in it; what is thrown but a RunError `output`. */
function faultOf(folder: string): unknown {
  try {
    const ledger = Ledger.open(folder, CORP);
    try {
      const store = ledger.beginRun(newRunFolder(folder));
      store.stager().add(rows("a>ann", "b>ann"));
      store.plan(NO_RULES);
    } finally {
      ledger.close();
    }
    return undefined;
  } catch (error) {
    return error instanceof RunError && error.kind === "output" ? undefined : error;
  }
}

it.each([0x01, 0x80, 0xff])(
  "a header with any one byte changed by %i is read unchanged or refused",
  async (bits) => {
    const folder = temporaryFolder();
    const ledger = Ledger.open(folder, CORP);
    await livedThrough(ledger, folder, [{ pair: "a>ann", ended: "applied" }]);
    ledger.close();
    const content = readFileSync(join(folder, "ledger.db"));
    const faults: [number, unknown][] = [];
    for (let index = 0; index < HEADER_BYTES; index += 1) {
      const damaged = Buffer.from(content);
      damaged.writeUInt8(content.readUInt8(index) ^ bits, index);
      const place = join(folder, String(index));
      mkdirSync(place);
      writeFileSync(join(place, "ledger.db"), damaged);
      const fault = faultOf(place);
      if (fault !== undefined) faults.push([index, fault]);
    }
    expect(faults).toEqual([]);
  },
);

import { type CallFault, type Fault, isItemFault } from "./fault.ts";
import { type Due, ScriptedFault } from "./scripted-fault.ts";

/** The faults of a list that hit requests by their path, of any endpoint, whatever they carry. */
export class PathFaults {
  readonly #faults: { readonly path: string; readonly scripted: ScriptedFault<CallFault> }[] = [];

  constructor(faults: readonly Fault[], seed: number) {
    faults.forEach((fault, index) => {
      if (isItemFault(fault) || fault.path === undefined) return;
      this.#faults.push({ path: fault.path, scripted: new ScriptedFault(fault, seed + index) });
    });
  }

  /** The first that fits and is due. `atMs`: since the simulator's start. */
  due(requestPath: string, atMs: number): Due<CallFault> | undefined {
    for (const { path, scripted } of this.#faults) {
      if (path !== "*" && path !== requestPath) continue;
      const due = scripted.due(requestPath, atMs, 1);
      if (due !== undefined) return due;
    }
    return undefined;
  }
}

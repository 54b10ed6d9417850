import type { Reply } from "../reply.ts";
import { envelopeReply } from "../reply.ts";
import { callFaultReply } from "./call-fault-reply.ts";
import { type Fault, groupOf, isItemFault } from "./fault.ts";
import { ScriptedFault } from "./scripted-fault.ts";

/** Which page of which group's members is asked for. */
interface AskedPage {
  readonly group: string;
  /** From 1. */
  readonly page: number;
}

/** The faults of a list that hit the pages of a group. */
export class GroupFaults {
  readonly #faults: { readonly aim: Partial<AskedPage>; readonly scripted: ScriptedFault }[] = [];

  constructor(faults: readonly Fault[], seed: number) {
    faults.forEach((fault, index) => {
      const group = groupOf(fault);
      if (group === undefined) return;
      const page = "page" in fault ? fault.page : undefined;
      const aim = page === undefined ? { group } : { group, page };
      this.#faults.push({ aim, scripted: new ScriptedFault(fault, seed + index) });
    });
  }

  /** What the first fault that is due makes of the page; undefined where none is. `atMs`: since the start. */
  reply({ group, page }: AskedPage, atMs: number, answer: () => Reply): Reply | undefined {
    for (const { aim, scripted } of this.#faults) {
      if (aim.group !== group || (aim.page ?? page) !== page) continue;
      const due = scripted.due(`${page} ${group}`, atMs, 1);
      if (due === undefined) continue;
      due.play();
      return replyOf(due.fault, answer);
    }
    return undefined;
  }
}

function replyOf(fault: Fault, answer: () => Reply): Reply {
  if (!isItemFault(fault)) return callFaultReply(fault, answer);
  if (fault.kind === "unnamed") return answer();
  const { code, message = "Simulated failure", retryable = false } = fault;
  return envelopeReply(200, 200, [{ errors: [{ code, message, retryable }] }], []);
}

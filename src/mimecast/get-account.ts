import { z } from "zod";
import type { AccountDetails } from "../domain/directory.ts";
import type { Verdict } from "./call.ts";
import type { HttpAnswer } from "./http.ts";
import { judge, openReply } from "./judge.ts";
import type { Said } from "./said.ts";

/** Graded R: POST. */
export const ACCOUNT_PATH = "/api/account/get-account";

export const ACCOUNT_BODY = JSON.stringify({ data: [] });

/** The details' fields are not graded: whatever comes with a success will do, and a name if there is one. */
export function judgeAccount(http: HttpAnswer, said: Said): Verdict<AccountDetails> {
  const judgement = judge(openReply(http, said), () => true);
  if (judgement.kind !== "passed") return judgement;
  const [account] = details.parse(judgement.data);
  return { kind: "read", value: { name: account?.accountName } };
}

const details = z
  .array(z.object({ accountName: z.string().min(1).optional().catch(undefined) }))
  .optional()
  .catch(undefined)
  .transform((list) => list ?? []);

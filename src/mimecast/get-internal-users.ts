import { z } from "zod";
import type { InternalUserPage } from "../domain/directory.ts";
import type { PageRequest } from "../domain/page.ts";
import type { Verdict } from "./call.ts";
import type { HttpAnswer } from "./http.ts";

import { count, flag, judgePage, pageBody, pageData } from "./page.ts";
import type { Said } from "./said.ts";
import { listOf } from "./wire-values.ts";

/** Graded R: POST. */
export const INTERNAL_USERS_PATH = "/api/user/get-internal-users";

export function internalUsersBody(domain: string, page: PageRequest): string {
  return pageBody([{ domain }], page);
}

export function judgeInternalUsers(http: HttpAnswer, said: Said): Verdict<InternalUserPage> {
  const verdict = judgePage(http, said, data);
  if (verdict.kind !== "read") return verdict;
  const { items: lists, next, totalCount } = verdict.value;
  const items = lists.flatMap(({ users }) => users);
  const counts = lists.map(({ userCount }) => userCount).filter((it) => it !== undefined);
  const isTold = counts.length === lists.length && lists.length > 0;
  const userCount = isTold ? counts.reduce((sum, it) => sum + it, 0) : undefined;
  return { kind: "read", value: { items, next, totalCount, userCount } };
}

/** R: `{name,emailAddress,domain,alias,addressType,source}`, of which only these two say anything about aliases. */
const user = z.object({ emailAddress: z.string(), alias: flag });
/** One list in each entry of `data`. */
const data = pageData(z.object({ users: listOf(user), userCount: count }).transform((list) => [list]));

import { z } from "zod";
import type { InternalUser } from "../domain/directory.ts";
import type { Page, PageRequest } from "../domain/page.ts";
import type { Verdict } from "./call.ts";
import type { HttpAnswer } from "./http.ts";

import { flag, judgePage, pageBody } from "./page.ts";
import type { Said } from "./said.ts";

/** Graded R: POST. */
export const INTERNAL_USERS_PATH = "/api/user/get-internal-users";

export function internalUsersBody(domain: string, page: PageRequest): string {
  return pageBody([{ domain }], page);
}

export function judgeInternalUsers(http: HttpAnswer, said: Said): Verdict<Page<InternalUser>> {
  return judgePage(http, said, entry);
}

/** R: `{name,emailAddress,domain,alias,addressType,source}`, of which only these two say anything about aliases. */
const user = z.object({ emailAddress: z.string(), alias: flag });
const entry = z.object({ users: z.array(user) }).transform(({ users }) => users);

import { z } from "zod";
import type { Member } from "../domain/directory.ts";
import type { Page, PageRequest } from "../domain/page.ts";
import type { Verdict } from "./call.ts";
import type { HttpAnswer } from "./http.ts";

import { flag, judgePage, pageBody, pageData, text } from "./page.ts";
import type { Said } from "./said.ts";
import { listOf } from "./wire-values.ts";

/**
 * Graded S: POST, needs the permission Directories | Groups | Read; the 2.0 catalogue says Services | Directory Sync |
 * Read (P, C). The same in both API generations.
 */
export const GROUP_MEMBERS_PATH = "/api/directory/get-group-members";

export function groupMembersBody(groupId: string, page: PageRequest): string {
  return pageBody([{ id: groupId }], page);
}

export function judgeGroupMembers(http: HttpAnswer, said: Said): Verdict<Page<Member>> {
  return judgePage(http, said, data);
}

/** The fields are S, that `notes` can be missing too; of the others none is taken for granted. */
const member = z.object({
  emailAddress: text,
  name: text,
  domain: text,
  internal: flag,
  type: text,
  notes: text,
});
const data = pageData(
  z.object({ groupMembers: listOf(member) }).transform(({ groupMembers }) => groupMembers),
);

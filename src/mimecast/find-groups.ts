import { z } from "zod";
import type { Group, GroupQuery } from "../domain/directory.ts";
import type { Page, PageRequest } from "../domain/page.ts";
import type { Verdict } from "./call.ts";
import type { HttpAnswer } from "./http.ts";

import { count, judgePage, pageBody, pageData, text } from "./page.ts";
import type { Said } from "./said.ts";
import { listOf } from "./wire-values.ts";

/** Graded D: POST, needs the permission Directories | Groups | Read. */
export const FIND_GROUPS_PATH = "/api/directory/find-groups";

export function findGroupsBody({ query, source }: GroupQuery, page: PageRequest): string {
  return pageBody([query === undefined ? { source } : { query, source }], page);
}

export function judgeFindGroups(http: HttpAnswer, said: Said): Verdict<Page<Group>> {
  return judgePage(http, said, data);
}

/** D: `{id,description,parentId,source,userCount,folderCount}`; without an id a group is of no use. */
const folder = z
  .object({
    id: z.string().min(1),
    description: text,
    parentId: text,
    source: text,
    userCount: count,
    folderCount: count,
  })
  .transform(({ description, ...group }): Group => ({ ...group, name: description }));
const data = pageData(z.object({ folders: listOf(folder) }).transform(({ folders }) => folders));

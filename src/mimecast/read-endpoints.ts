import { z } from "zod";
import type {
  AccountDetails,
  CallOptions,
  DirectoryApi,
  Group,
  GroupQuery,
  InternalUserPage,
  Member,
} from "../domain/api.ts";
import type { Page, PageRequest, ReadExchange } from "../domain/response.ts";
import { classify, decodeResponse } from "./classify.ts";
import type { HttpResponse } from "./http.ts";
import { classifyPage, count, flag, pageBody, pageData, text } from "./page.ts";
import { type ApiCall, type CallParts, callEndpoint, type ParsedResponse } from "./request.ts";
import type { Sanitize } from "./sanitize.ts";
import { listOf } from "./wire-values.ts";

/** The calls that only read. */
export function createDirectory(baseUrl: string, parts: CallParts): DirectoryApi {
  const endpoint = <T>(path: string, judge: ApiCall<T>["classify"]) => {
    const url = new URL(`${baseUrl}${path}`);
    return async (body: string, control: CallOptions): Promise<ReadExchange<T>> => {
      const { trace, result } = await callEndpoint({ url, body, classify: judge }, control, parts);
      const answer =
        result.kind === "read" ? ({ kind: "passed", value: result.value } as const) : result.answer;
      return { ...trace, answer };
    };
  };
  const groupMembers = endpoint(GROUP_MEMBERS_PATH, classifyGroupMembers);
  const findGroups = endpoint(FIND_GROUPS_PATH, classifyFindGroups);
  const internalUsers = endpoint(INTERNAL_USERS_PATH, classifyInternalUsers);
  const internalDomains = endpoint(INTERNAL_DOMAINS_PATH, classifyInternalDomains);
  const account = endpoint(ACCOUNT_PATH, classifyAccount);
  return {
    groupMembers: (groupId, page, call) => groupMembers(groupMembersBody(groupId, page), call),
    groups: (query, page, call) => findGroups(findGroupsBody(query, page), call),
    internalUsers: (domain, page, call) => internalUsers(internalUsersBody(domain, page), call),
    internalDomains: (page, call) => internalDomains(internalDomainsBody(page), call),
    account: (call) => account(ACCOUNT_BODY, call),
  };
}

/** Graded D: POST, needs the permission Directories | Groups | Read. */
const FIND_GROUPS_PATH = "/api/directory/find-groups";

function findGroupsBody({ query, source }: GroupQuery, page: PageRequest): string {
  return pageBody([query === undefined ? { source } : { query, source }], page);
}

function classifyFindGroups(http: HttpResponse, said: Sanitize): ParsedResponse<Page<Group>> {
  return classifyPage(http, said, groupsData);
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
const groupsData = pageData(z.object({ folders: listOf(folder) }).transform(({ folders }) => folders));

/** Graded R: POST. */
const ACCOUNT_PATH = "/api/account/get-account";

const ACCOUNT_BODY = JSON.stringify({ data: [] });

/** The details' fields are not graded: whatever comes with a success will do, and a name if there is one. */
export function classifyAccount(http: HttpResponse, said: Sanitize): ParsedResponse<AccountDetails> {
  const judgement = classify(decodeResponse(http, said), () => true);
  if (judgement.kind !== "passed") return judgement;
  const [account] = details.parse(judgement.data);
  return { kind: "read", value: { name: account?.accountName } };
}

const details = z
  .array(z.object({ accountName: z.string().min(1).optional().catch(undefined) }))
  .optional()
  .catch(undefined)
  .transform((list) => list ?? []);

/**
 * Graded S: POST, needs the permission Directories | Groups | Read; the 2.0 catalogue says Services | Directory Sync |
 * Read (P, C). The same in both API generations.
 */
const GROUP_MEMBERS_PATH = "/api/directory/get-group-members";

function groupMembersBody(groupId: string, page: PageRequest): string {
  return pageBody([{ id: groupId }], page);
}

export function classifyGroupMembers(http: HttpResponse, said: Sanitize): ParsedResponse<Page<Member>> {
  return classifyPage(http, said, membersData);
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
const membersData = pageData(
  z.object({ groupMembers: listOf(member) }).transform(({ groupMembers }) => groupMembers),
);

/** Graded R: POST. */
const INTERNAL_DOMAINS_PATH = "/api/domain/get-internal-domain";

/** Recorded with nothing but `data: []` (R). Whether it knows pages is not known: they are asked for if it says so. */
function internalDomainsBody(page: PageRequest): string {
  return page.token === undefined ? JSON.stringify({ data: [] }) : pageBody([], page);
}

function classifyInternalDomains(http: HttpResponse, said: Sanitize): ParsedResponse<Page<string>> {
  return classifyPage(http, said, domainsData);
}

/** R: `{id,domain,sendOnly,local,inboundType}`, one in each entry of `data`. */
const domainsData = pageData(z.object({ domain: z.string().min(1) }).transform(({ domain }) => [domain]));

/** Graded R: POST. */
const INTERNAL_USERS_PATH = "/api/user/get-internal-users";

function internalUsersBody(domain: string, page: PageRequest): string {
  return pageBody([{ domain }], page);
}

function classifyInternalUsers(http: HttpResponse, said: Sanitize): ParsedResponse<InternalUserPage> {
  const verdict = classifyPage(http, said, usersData);
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
const usersData = pageData(z.object({ users: listOf(user), userCount: count }).transform((list) => [list]));

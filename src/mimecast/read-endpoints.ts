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

/** Creates the read-only calls of the API. */
export function createDirectory(baseUrl: string, parts: CallParts): DirectoryApi {
  const endpoint = <T>(path: string, classify: ApiCall<T>["classify"]) => {
    const url = new URL(`${baseUrl}${path}`);
    return async (body: string, control: CallOptions): Promise<ReadExchange<T>> => {
      const { trace, result } = await callEndpoint({ url, body, classify }, control, parts);
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

/** Lists groups (graded D): POST, needs the permission Directories | Groups | Read. */
const FIND_GROUPS_PATH = "/api/directory/find-groups";

function findGroupsBody({ query, source }: GroupQuery, page: PageRequest): string {
  return pageBody([query === undefined ? { source } : { query, source }], page);
}

function classifyFindGroups(http: HttpResponse, sanitize: Sanitize): ParsedResponse<Page<Group>> {
  return classifyPage(http, sanitize, groupsData);
}

/** D: `{id,description,parentId,source,userCount,folderCount}`; a group without an id can't be read. */
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

/** Returns the details of the account (graded R): POST. */
const ACCOUNT_PATH = "/api/account/get-account";

const ACCOUNT_BODY = JSON.stringify({ data: [] });

/** Classifies the account's details. Their fields are not graded: any success counts, with or without a name. */
export function classifyAccount(http: HttpResponse, sanitize: Sanitize): ParsedResponse<AccountDetails> {
  const classification = classify(decodeResponse(http, sanitize), () => true);
  if (classification.kind !== "passed") return classification;
  const [account] = details.parse(classification.data);
  return { kind: "read", value: { name: account?.accountName } };
}

const details = z
  .array(z.object({ accountName: z.string().min(1).optional().catch(undefined) }))
  .optional()
  .catch(undefined)
  .transform((list) => list ?? []);

/**
 * Lists the members of a group (graded S): POST, needs the permission Directories | Groups | Read; the 2.0 catalogue says
 * Services | Directory Sync | Read (P, C). The same in both API generations.
 */
const GROUP_MEMBERS_PATH = "/api/directory/get-group-members";

function groupMembersBody(groupId: string, page: PageRequest): string {
  return pageBody([{ id: groupId }], page);
}

export function classifyGroupMembers(http: HttpResponse, sanitize: Sanitize): ParsedResponse<Page<Member>> {
  return classifyPage(http, sanitize, membersData);
}

/** The fields are graded S, also that `notes` can be missing. Any other field may be missing too. */
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

/** Lists the internal domains (graded R): POST. */
const INTERNAL_DOMAINS_PATH = "/api/domain/get-internal-domain";

/** Returns the body as recorded, `data: []` alone (R). Pages are requested only if a response has a token for the next. */
function internalDomainsBody(page: PageRequest): string {
  return page.token === undefined ? JSON.stringify({ data: [] }) : pageBody([], page);
}

function classifyInternalDomains(http: HttpResponse, sanitize: Sanitize): ParsedResponse<Page<string>> {
  return classifyPage(http, sanitize, domainsData);
}

/** R: `{id,domain,sendOnly,local,inboundType}`, one in each entry of `data`. */
const domainsData = pageData(z.object({ domain: z.string().min(1) }).transform(({ domain }) => [domain]));

/** Lists the users of an internal domain (graded R): POST. */
const INTERNAL_USERS_PATH = "/api/user/get-internal-users";

function internalUsersBody(domain: string, page: PageRequest): string {
  return pageBody([{ domain }], page);
}

function classifyInternalUsers(http: HttpResponse, sanitize: Sanitize): ParsedResponse<InternalUserPage> {
  const page = classifyPage(http, sanitize, usersData);
  if (page.kind !== "read") return page;
  const { items: lists, next, totalCount } = page.value;
  const items = lists.flatMap(({ users }) => users);
  const counts = lists.map(({ userCount }) => userCount).filter((it) => it !== undefined);
  const isComplete = counts.length === lists.length && lists.length > 0;
  const userCount = isComplete ? counts.reduce((sum, it) => sum + it, 0) : undefined;
  return { kind: "read", value: { items, next, totalCount, userCount } };
}

/** R: `{name,emailAddress,domain,alias,addressType,source}`, of which only these two matter for aliases. */
const user = z.object({ emailAddress: z.string(), alias: flag });
/** One list in each entry of `data`. */
const usersData = pageData(z.object({ users: listOf(user), userCount: count }).transform((list) => [list]));

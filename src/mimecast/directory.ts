import type { Directory } from "../domain/directory.ts";
import type { ReadExchange } from "../domain/read-exchange.ts";
import type { CallControl } from "../domain/updater.ts";
import { type Call, type CallParts, makeCall } from "./call.ts";
import { FIND_GROUPS_PATH, findGroupsBody, judgeFindGroups } from "./find-groups.ts";
import { ACCOUNT_BODY, ACCOUNT_PATH, judgeAccount } from "./get-account.ts";
import { GROUP_MEMBERS_PATH, groupMembersBody, judgeGroupMembers } from "./get-group-members.ts";
import { INTERNAL_DOMAINS_PATH, internalDomainsBody, judgeInternalDomains } from "./get-internal-domain.ts";
import { INTERNAL_USERS_PATH, internalUsersBody, judgeInternalUsers } from "./get-internal-users.ts";

/** The calls that only read. */
export function createDirectory(baseUrl: string, parts: CallParts): Directory {
  const endpoint = <T>(path: string, judge: Call<T>["judge"]) => {
    const url = new URL(`${baseUrl}${path}`);
    return async (body: string, control: CallControl): Promise<ReadExchange<T>> => {
      const { trace, result } = await makeCall({ url, body, judge }, control, parts);
      const answer =
        result.kind === "read" ? ({ kind: "passed", value: result.value } as const) : result.answer;
      return { ...trace, answer };
    };
  };
  const groupMembers = endpoint(GROUP_MEMBERS_PATH, judgeGroupMembers);
  const findGroups = endpoint(FIND_GROUPS_PATH, judgeFindGroups);
  const internalUsers = endpoint(INTERNAL_USERS_PATH, judgeInternalUsers);
  const internalDomains = endpoint(INTERNAL_DOMAINS_PATH, judgeInternalDomains);
  const account = endpoint(ACCOUNT_PATH, judgeAccount);
  return {
    groupMembers: (groupId, page, call) => groupMembers(groupMembersBody(groupId, page), call),
    groups: (query, page, call) => findGroups(findGroupsBody(query, page), call),
    internalUsers: (domain, page, call) => internalUsers(internalUsersBody(domain, page), call),
    internalDomains: (page, call) => internalDomains(internalDomainsBody(page), call),
    account: (call) => account(ACCOUNT_BODY, call),
  };
}

import type { SimulatedAccount } from "../account.ts";
import type { GroupFaults } from "../faults/fault-script.ts";
import { type Call, type Endpoint, envelopeReply, type ItemError, type Reply } from "../reply.ts";
import type { DirectoryContent } from "./directory-file.ts";
import { groupList, groupsOf } from "./groups.ts";
import { InternalUsers } from "./internal-users.ts";
import { type List, type ListRequest, pageReply, placeIn, readListRequest, WRONG_TOKEN } from "./paging.ts";

const FIND_GROUPS_PATH = "/api/directory/find-groups";
const GROUP_MEMBERS_PATH = "/api/directory/get-group-members";
const INTERNAL_USERS_PATH = "/api/user/get-internal-users";
const INTERNAL_DOMAINS_PATH = "/api/domain/get-internal-domain";
const ACCOUNT_PATH = "/api/account/get-account";

/** Returns the current faults for groups. */
type Faults = () => GroupFaults;

/** Returns the endpoints that read the account. `startMs`: start of the simulator, monotonic. */
export function directoryEndpoints(
  content: DirectoryContent,
  account: SimulatedAccount,
  faults: Faults,
  startMs: number,
): readonly (readonly [path: string, endpoint: Endpoint])[] {
  const groups = groupsOf(content);
  const byId = new Map(groups.map((group) => [group.id, group]));
  const users = new InternalUsers(account, content);
  const reader = new ReadCounter();

  const findGroups = listEndpoint((request) => {
    const { query, source } = request.item;
    const from = source === "ldap" ? "ldap" : "cloud";
    const list = groupList(groups, typeof query === "string" ? query : "", from, content.quirks);
    const echo = { source: from, ...(query === undefined ? {} : { query }) };
    return page(list, request, reader, (folders) => [{ folders, ...echo }]);
  });

  const groupMembers = listEndpoint((request, call) => {
    const { id } = request.item;
    if (typeof id !== "string") return missing("id");
    const group = byId.get(id);
    // Mimecast answers a truncated id so (C); the simulator answers every other wrong id alike.
    if (group === undefined) return { status: 400, contentType: "application/json", body: "" };
    const place = placeIn(group.members, request.pagination);
    const answer = () => page(group.members, request, reader, (items) => [{ groupMembers: items }]);
    if (place === undefined) return answer();
    const asked = { group: group.name, page: place.page };
    return faults().reply(asked, call.atMs - startMs, answer) ?? answer();
  });

  const internalUsers = listEndpoint((request) => {
    const { domain } = request.item;
    if (typeof domain !== "string") return missing("domain");
    const list = users.users(domain);
    if (list === undefined) return failed({ code: "sim_domain", message: `${domain} is not internal` });
    return page(list, request, reader, (items) => [
      { users: items, userCount: users.reportedCount(domain) ?? items.length },
    ]);
  });

  const internalDomains = listEndpoint((request) => {
    // This call is not known to have pages, so one answer has all domains.
    const list = users.domains();
    return envelopeReply(
      200,
      200,
      [],
      request.pagination.pageToken === undefined ? list.items(0, list.count) : [],
    );
  });

  return [
    [FIND_GROUPS_PATH, findGroups],
    [GROUP_MEMBERS_PATH, groupMembers],
    [INTERNAL_USERS_PATH, internalUsers],
    [INTERNAL_DOMAINS_PATH, internalDomains],
    [ACCOUNT_PATH, () => envelopeReply(200, 200, [], [{ accountName: "Simulated account" }])],
  ];
}

/** Counts how often each list is read from its beginning. */
class ReadCounter {
  readonly #counts = new Map<string, number>();

  begun(list: List, { pagination }: ListRequest): number {
    const count = (this.#counts.get(list.name) ?? 0) + (pagination.pageToken === undefined ? 1 : 0);
    this.#counts.set(list.name, count);
    return count;
  }
}

function listEndpoint(answer: (request: ListRequest, call: Call) => Reply): Endpoint {
  return (call) => {
    const request = readListRequest(call.body);
    return "status" in request ? request : answer(request, call);
  };
}

function page(
  list: List,
  request: ListRequest,
  reader: ReadCounter,
  entry: (items: readonly object[]) => readonly object[],
): Reply {
  const place = placeIn(list, request.pagination);
  if (place === undefined) return WRONG_TOKEN;
  return pageReply(list, place, request.pagination, reader.begun(list, request), entry);
}

function missing(field: string): Reply {
  return failed({ code: "err_validation_null", message: `${field} is required`, field });
}

function failed(error: Omit<ItemError, "retryable">): Reply {
  return envelopeReply(200, 200, [{ errors: [{ ...error, retryable: false }] }], []);
}

import type { DirectoryApi, Group } from "../domain/api.ts";
import type { Clock } from "../domain/clock.ts";
import { MAX_PAGE_SIZE } from "../domain/response.ts";
import { ApiReader, type ReadHooks, type ReadRules } from "../engine/api-reader.ts";
import { readPages } from "../engine/list-reader.ts";
import type { Shutdown } from "../engine/shutdown.ts";

/** The permission that get-group-members and find-groups need (graded S and D). */
export const READ_PERMISSION = "Directories | Groups | Read, and in API 2.0 Services | Directory Sync | Read";

/** The sources to request. Without a source, find-groups may return groups of one of them only. */
const SOURCES = ["cloud", "ldap"] as const;

export interface FindParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly directory: DirectoryApi;
  readonly hooks: ReadHooks;
}

/**
 * Returns the groups of an account whose names contain the query, by the API's own search. Throws a RunError if they
 * can't be read, and a StoppedError if the run stops.
 */
export async function findGroups(
  query: string | undefined,
  rules: ReadRules,
  { directory, ...parts }: FindParts,
  shutdown: Shutdown,
): Promise<readonly Group[]> {
  const reader = new ApiReader(rules, { ...parts, shutdown, permission: READ_PERMISSION });
  return await listGroups(directory, reader, query);
}

/**
 * Returns every group of the account, each once, in the order of the API, cloud groups first. Keeps them in memory:
 * accounts have some thousands. Throws the same errors as {@link findGroups}.
 */
export async function listGroups(
  directory: DirectoryApi,
  reader: ApiReader,
  query?: string,
): Promise<Group[]> {
  const found = new Map<string, Group>();
  for (const source of SOURCES) {
    const pages = readPages(`the list of groups (${source})`, MAX_PAGE_SIZE, reader, (page, call) =>
      directory.groups({ query, source }, page, call),
    );
    for await (const { items } of pages) {
      for (const group of items) found.set(group.id, group);
    }
  }
  return [...found.values()];
}

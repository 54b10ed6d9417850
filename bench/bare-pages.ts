import { Agent } from "node:http";
import got from "got";
import { tokenOf } from "./token.ts";

/*
 * The baseline of exports: a loop of got calls that pages through a group and does nothing else. No file, no quota; it
 * checks of the answers only the HTTP status and that the JSON can be parsed.
 *
 *     node bare-pages.js BASE_URL GROUP_ID
 */
const [, , baseUrl = "", id = ""] = process.argv;
const headers = { authorization: `Bearer ${await tokenOf(baseUrl)}` };
const agent = { http: new Agent({ keepAlive: true }) };
let pageToken: string | undefined;
do {
  const json = { meta: { pagination: { pageSize: 500, pageToken } }, data: [{ id }] };
  const page = await got
    .post(`${baseUrl}/api/directory/get-group-members`, { json, headers, agent, retry: { limit: 0 } })
    .json<{ meta: { pagination: { next?: string } } }>();
  pageToken = page.meta.pagination.next;
} while (pageToken !== undefined);
agent.http.destroy();

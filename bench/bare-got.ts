import { Agent } from "node:http";
import got from "got";
import { tokenOf } from "./token.ts";

/*
 * The baseline: a loop of got calls that does nothing else. No ledger, no files, no quota; it checks of the
 * answers only the HTTP status and that the JSON can be parsed.
 *
 *     node bare-got.js BASE_URL ROWS CONCURRENCY
 */
const [, , baseUrl = "", rows = "0", concurrency = "1"] = process.argv;
const headers = { authorization: `Bearer ${await tokenOf(baseUrl)}` };
const agent = { http: new Agent({ keepAlive: true, maxSockets: Number(concurrency) }) };
let next = 0;

async function lane(): Promise<void> {
  while (next < Number(rows)) {
    const index = next++;
    const json = { data: [{ aliasFor: `user${index}@company.example`, alias: `bare${index}@old.example` }] };
    await got.post(`${baseUrl}/api/user/update-alias`, { json, headers, agent, retry: { limit: 0 } }).json();
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, lane));
agent.http.destroy();

import { Pool } from "undici";

/*
 * The floor: the fastest client that Node has, and nothing else.
 *
 *     node undici-lanes.js BASE_URL TOKEN ROWS CONCURRENCY
 */
const [, , baseUrl = "", token = "", rows = "0", concurrency = "1"] = process.argv;
const pool = new Pool(baseUrl, { connections: Number(concurrency) });
const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
let next = 0;

async function lane(): Promise<void> {
  while (next < Number(rows)) {
    const row = next++;
    const data = [{ aliasFor: `user${row}@company.example`, alias: `undici${row}@old.example` }];
    const body = JSON.stringify({ data });
    const answer = await pool.request({ path: "/api/user/update-alias", method: "POST", headers, body });
    await answer.body.json();
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, lane));
await pool.close();

import { z } from "zod";
import type { Page, PageRequest } from "../domain/page.ts";
import type { Verdict } from "./call.ts";
import type { HttpAnswer } from "./http.ts";

import { judgePage, pageBody, pageData } from "./page.ts";
import type { Said } from "./said.ts";

/** Graded R: POST. */
export const INTERNAL_DOMAINS_PATH = "/api/domain/get-internal-domain";

/** Recorded with nothing but `data: []` (R). Whether it knows pages is not known: they are asked for if it says so. */
export function internalDomainsBody(page: PageRequest): string {
  return page.token === undefined ? JSON.stringify({ data: [] }) : pageBody([], page);
}

export function judgeInternalDomains(http: HttpAnswer, said: Said): Verdict<Page<string>> {
  return judgePage(http, said, data);
}

/** R: `{id,domain,sendOnly,local,inboundType}`, one in each entry of `data`. */
const data = pageData(z.object({ domain: z.string().min(1) }).transform(({ domain }) => [domain]));

import got from "got";
import { z } from "zod";
import { SIMULATOR_SETTINGS } from "../src/simulator/account.ts";

const issued = z.object({ access_token: z.string() });

/** Fetches an access token of a simulator. */
export async function tokenOf(baseUrl: string): Promise<string> {
  const { clientId, clientSecret } = SIMULATOR_SETTINGS;
  const form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  return issued.parse(await got.post(`${baseUrl}/oauth/token`, { form }).json()).access_token;
}

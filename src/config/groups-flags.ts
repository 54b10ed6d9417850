import { z } from "zod";
import { REACH_FLAGS } from "./reach-flags.ts";

/** The options of groups. */
export const groupsFlags = z.object({ ...REACH_FLAGS, json: z.boolean().default(false) });

/** The options as the command line has them. */
export type GroupsFlags = z.input<typeof groupsFlags>;

import { fileURLToPath } from "node:url";

/** The compiled baseline: bare-got.ts. */
export const BARE_GOT = fileURLToPath(new URL("./bare-got.js", import.meta.url));

import { writeSync } from "node:fs";

/** Loaded before a measured script: tells the parent, through file descriptor 3, the most memory it had, in KiB. */
process.on("exit", () => writeSync(3, String(process.resourceUsage().maxRSS)));

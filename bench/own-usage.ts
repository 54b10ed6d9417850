import { writeSync } from "node:fs";

/**
 * Loaded before a measured script. Reports to the parent, through file descriptor 3, its peak memory in KiB and its
 * processor time in µs.
 */
process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, `${maxRSS} ${userCPUTime + systemCPUTime}`);
});

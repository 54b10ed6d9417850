import { writeSync } from "node:fs";

/**
 * Loaded before a measured script: tells the parent, through file descriptor 3, the most memory it had, in KiB, and
 * the processor time that it took, in µs.
 */
process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, `${maxRSS} ${userCPUTime + systemCPUTime}`);
});

import { readCommandConfig } from "../config/command-config.ts";
import { type GroupsFlags, groupsFlags } from "../config/groups-flags.ts";
import { EXIT, type ExitCode } from "../domain/exit-code.ts";
import type { Failure } from "../domain/failure.ts";
import type { LongWait } from "../domain/long-wait.ts";
import { counted } from "../domain/words.ts";
import { findGroups } from "../export-members/find-groups.ts";
import { runReading } from "./command-run.ts";
import { groupCsv, groupTable } from "./group-lines.ts";
import { print, printText } from "./print.ts";
import type { Program } from "./program.ts";
import { realClock } from "./real-clock.ts";
import { logWait } from "./wait-line.ts";

/** `mimecast-bulk groups [QUERY]`. Throws a RunError for what its user can mend before anything is read. */
export async function groupsCommand(
  query: string | undefined,
  flags: GroupsFlags,
  program: Program,
): Promise<ExitCode> {
  const { options, reach } = readCommandConfig(groupsFlags, flags, program);
  return await runReading(
    reach,
    1,
    program,
    "No groups were listed",
    async ({ client, rules, stop, talk }) => {
      const retrying = (what: string, { code, message }: Failure): void => {
        talk.log.warn({ code }, `${what}: to be tried again, ${code}: ${message}`);
      };
      const waiting = (wait: LongWait): void => logWait(talk, wait);
      const parts = {
        clock: realClock,
        random: Math.random,
        directory: client,
        watch: { retrying, waiting },
      };
      const groups = await findGroups(query, rules, parts, stop);
      if (options.json) await print(program, groups);
      else if (program.stdout.isTTY === true) await printText(program, groupTable(groups));
      else await printText(program, groupCsv(groups));
      talk.say(
        `${counted(groups.length, "group")}. Export one with: mimecast-bulk export --group NAME-OR-ID`,
      );
      return EXIT.ok;
    },
  );
}

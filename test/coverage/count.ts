import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type CoverageFile, CoverageReport } from "monocart-coverage-reports";
import { z } from "zod";
import { MAPPED_FOLDER, PAGES_FOLDER, PROGRAM_FOLDER, RAW_FOLDER } from "./folders.ts";

/** What V8 writes down of one process. Its counts are handed on as they are. */
const written = z.object({ result: z.array(z.object({ url: z.string(), functions: z.array(z.unknown()) })) });
const sourceMap = z.object({ sources: z.array(z.string()) }).loose();

/**
 * What was run of each source file, by all processes together, of files too that none has loaded. Pages that show it line
 * by line go into `coverage/pages`. Empty lines and comments are no lines, and an `if` without `else` has two branches.
 */
export async function count(): Promise<CoverageFile[]> {
  const report = new CoverageReport({
    outputDir: PAGES_FOLDER,
    cleanCache: true,
    logging: "error",
    reports: [["v8"], ["v8-json"]],
  });
  const host = new Map(modules().map((module) => [module.url, module]));
  await report.add([...host.values()].map((module) => ({ ...module, empty: true })));
  for (const name of readdirSync(RAW_FOLDER)) {
    const ofProgram = scriptsIn(join(RAW_FOLDER, name)).flatMap(({ url, functions }) => {
      const module = host.get(url);
      return module === undefined ? [] : [{ ...module, functions }];
    });
    if (ofProgram.length > 0) await report.add(ofProgram);
  }
  return (await report.generate())?.files ?? [];
}

/** None where the process was killed as it wrote: then what it ran does not count. */
function scriptsIn(path: string): z.infer<typeof written>["result"] {
  try {
    return written.parse(JSON.parse(readFileSync(path, "utf8"))).result;
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** The modules of the program, by the addresses under which processes load them. */
function modules() {
  return readdirSync(PROGRAM_FOLDER, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js"))
    .map((path) => ({
      url: pathToFileURL(join(PROGRAM_FOLDER, path)).href,
      source: readFileSync(join(MAPPED_FOLDER, path), "utf8"),
      sourceMap: sourceMap.parse(JSON.parse(readFileSync(join(MAPPED_FOLDER, `${path}.map`), "utf8"))),
    }));
}

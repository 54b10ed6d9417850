import { StringDecoder } from "node:string_decoder";
import { plainJson, plainLines } from "../domain/display-text.ts";
import { RunError } from "../domain/run-error.ts";
import type { Host } from "./host.ts";

/** Writes a result as JSON to standard output. Throws a RunError "output" if standard output can't be written. */
export async function print(host: Host, result: unknown): Promise<void> {
  await printText(host, `${plainJson(JSON.stringify(result, undefined, 2))}\n`);
}

/**
 * Returns a function that writes text to standard output, piece by piece. On a terminal, control characters become
 * spaces; a file or a pipe receives every byte unchanged. The function resolves when the piece is written: to false if
 * the reader has closed the pipe, as `| head` does. It throws a RunError "output" if standard output can't be written.
 */
export function printer(host: Host): (text: string | Buffer) => Promise<boolean> {
  const { stdout } = host;
  if (stdout.isTTY !== true) return async (text) => await written(stdout, text);
  // A piece may end inside a character.
  const decoder = new StringDecoder("utf8");
  return async (text) => {
    const decoded = typeof text === "string" ? text : decoder.write(text);
    return await written(stdout, plainLines(decoded));
  };
}

/** Writes one text, as {@link printer} writes pieces. */
export async function printText(host: Host, text: string): Promise<boolean> {
  return await printer(host)(text);
}

async function written(stdout: Host["stdout"], text: string | Buffer): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    stdout.write(text, (error) => {
      if (!error) resolve(true);
      else if ("code" in error && error.code === "EPIPE") resolve(false);
      else
        reject(
          new RunError("output", `standard output can't be written (${error.message})`, { cause: error }),
        );
    });
  });
}

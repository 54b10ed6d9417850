import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { ProgressBar } from "../../src/cli/progress-bar.ts";

function terminal() {
  let text = "";
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 120, rows: 40 });
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, shown: () => text };
}

const STATE = { total: 10, value: 3, words: { applied: "3" } };

describe("the progress bar", () => {
  it("shows what it was told, and gives the cursor back at the end", () => {
    const { stream, shown } = terminal();
    const bar = new ProgressBar(stream);
    bar.begin("{bar} {value}/{total} · {applied} ok", () => STATE);
    bar.end();
    expect(shown()).toContain("3/10 · 3 ok");
    expect(shown().lastIndexOf("\u001b[?25h")).toBeGreaterThan(shown().lastIndexOf("\u001b[?25l"));
  });

  it("loses no line that was printed directly before its end", () => {
    const { stream, shown } = terminal();
    const bar = new ProgressBar(stream);
    bar.begin("{bar}", () => STATE);
    expect(bar.print("the last word\n")).toBe(true);
    bar.end();
    expect(shown()).toContain("the last word\n");
  });

  it("leaves printing to others where it is not shown", () => {
    const { stream } = terminal();
    expect(new ProgressBar(stream).print("nobody is here\n")).toBe(false);
  });
});

import { EventEmitter } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { ProgressBar } from "../../src/cli/progress-bar.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /(\u001b\[\??\d*[A-Za-z]|\r|\n)/;

/** As much of a terminal as a line at its foot sees; it breaks no lines, as it is told not to. */
class Terminal extends EventEmitter {
  columns = 120;
  text = "";

  write(text: string): void {
    this.text += text;
  }

  /** The lines that are left on the screen, control sequences carried out. */
  get screen(): string[] {
    const lines = [""];
    for (const piece of this.text.split(CONTROLS)) {
      if (piece === "\n") lines.push("");
      else if (piece === "\u001b[J") lines[lines.length - 1] = "";
      else if (!piece.startsWith("\u001b") && piece !== "\r") lines[lines.length - 1] += piece;
    }
    return lines;
  }
}

function barOn(terminal: Terminal): ProgressBar {
  const bar = new ProgressBar(terminal);
  onTestFinished(() => bar.end());
  return bar;
}

describe("ProgressBar", () => {
  it("renders the line for the width of the terminal", () => {
    const terminal = new Terminal();
    barOn(terminal).begin((columns) => `for ${columns}`);
    expect(terminal.screen).toEqual(["for 120"]);
  });

  it("draws the line again from its start when the terminal is resized", () => {
    const terminal = new Terminal();
    barOn(terminal).begin((columns) => `for ${columns}`);
    terminal.columns = 40;
    terminal.emit("resize");
    expect(terminal.screen).toEqual(["for 40"]);
    // The cursor rests at the beginning, or a terminal that breaks the line would keep its head.
    expect(terminal.text).toContain("for 120\r\u001b[?7h\r\u001b[J\u001b[?7lfor 40\r");
  });

  it("keeps the line below printed text, and keeps that text when it ends", () => {
    const terminal = new Terminal();
    const bar = barOn(terminal);
    bar.begin(() => "the foot");
    expect(bar.print("one\n")).toBe(true);
    expect(terminal.screen).toEqual(["one", "the foot"]);
    expect(bar.print("two\n")).toBe(true);
    bar.end();
    expect(terminal.screen).toEqual(["one", "two", ""]);
  });

  it("restores the cursor and line wrapping once when it ends", () => {
    const terminal = new Terminal();
    const bar = barOn(terminal);
    bar.begin(() => "the foot");
    bar.end();
    const { text } = terminal;
    expect(text.lastIndexOf("\u001b[?25h")).toBeGreaterThan(text.lastIndexOf("\u001b[?25l"));
    expect(text.lastIndexOf("\u001b[?7h")).toBeGreaterThan(text.lastIndexOf("\u001b[?7l"));
    bar.end();
    terminal.emit("resize");
    expect(terminal.text).toBe(text);
    expect(terminal.listenerCount("resize")).toBe(0);
  });

  it("prints nothing while no line is shown", () => {
    expect(barOn(new Terminal()).print("nobody is here\n")).toBe(false);
  });
});

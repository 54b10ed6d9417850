/** What progress is shown as: a line for a terminal of so many columns, never longer than that. */
export type RenderLine = (columns: number) => string;

/** The terminal, as far as a line at its foot needs it. */
export interface ProgressTerminal {
  readonly columns?: number;
  write(text: string): unknown;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

const REFRESH_MS = 200;
const DEFAULT_COLUMNS = 80;

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";
/** From the line's beginning, as a ^C that was typed has moved the cursor. */
const CLEAR = "\r\u001b[J";

/**
 * One line at the foot of a terminal. Lines printed meanwhile appear above it.
 *
 * The cursor always rests at the line's beginning. A terminal that is made narrower breaks the line and takes the
 * cursor along to where it begins; so clearing from there downwards takes all of it away, whatever the terminal
 * did. Libraries that count the rows of what they wrote last leave pieces of it behind there.
 */
export class ProgressBar {
  readonly #terminal: ProgressTerminal;
  #shown: { readonly line: RenderLine; readonly refresh: NodeJS.Timeout } | undefined;
  readonly #draw = (): void => {
    if (this.#shown !== undefined) this.#terminal.write(this.#drawn(this.#shown.line));
  };

  constructor(terminal: ProgressTerminal) {
    this.#terminal = terminal;
  }

  /** Shows the line until {@link end}; it is asked for a few times a second, and when the terminal is resized. */
  begin(line: RenderLine): void {
    this.end();
    const refresh = setInterval(this.#draw, REFRESH_MS);
    refresh.unref();
    this.#shown = { line, refresh };
    this.#terminal.on("resize", this.#draw);
    this.#terminal.write(`${HIDE_CURSOR}${this.#drawn(line)}`);
  }

  /** Prints above the line; false if there is none now. */
  print(text: string): boolean {
    if (this.#shown === undefined) return false;
    this.#terminal.write(`${CLEAR}${text}${this.#drawn(this.#shown.line)}`);
    return true;
  }

  /** The line is gone, and the cursor back. Can be called at any time, and again. */
  end(): void {
    if (this.#shown === undefined) return;
    clearInterval(this.#shown.refresh);
    this.#shown = undefined;
    this.#terminal.off("resize", this.#draw);
    this.#terminal.write(`${CLEAR}${SHOW_CURSOR}`);
  }

  #drawn(line: RenderLine): string {
    // The terminal may be narrower than it was a moment ago: a line that went on below would leave its head there.
    return `${CLEAR}${NO_WRAP}${line(this.#terminal.columns || DEFAULT_COLUMNS)}\r${WRAP}`;
  }
}

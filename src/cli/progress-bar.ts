/** Function that renders a progress line of at most `columns` characters. */
export type RenderLine = (columns: number) => string;

/** The part of a terminal stream that the progress line needs. */
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
/** Returns to the start of the line first, because a typed ^C has moved the cursor. */
const CLEAR = "\r\u001b[J";

/**
 * One line at the bottom of a terminal. Lines printed meanwhile appear above it.
 *
 * The cursor always rests at the start of the line. A terminal that becomes narrower wraps the line, and the cursor
 * moves with its start. So clearing from the cursor downwards removes the whole line. Libraries that count the rows of
 * their last output leave pieces behind.
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

  /** Shows the line until {@link end}. Renders it a few times a second, and when the terminal is resized. */
  begin(line: RenderLine): void {
    this.end();
    const refresh = setInterval(this.#draw, REFRESH_MS);
    refresh.unref();
    this.#shown = { line, refresh };
    this.#terminal.on("resize", this.#draw);
    this.#terminal.write(`${HIDE_CURSOR}${this.#drawn(line)}`);
  }

  /** Prints text above the line. Returns false if no line is shown. */
  print(text: string): boolean {
    if (this.#shown === undefined) return false;
    this.#terminal.write(`${CLEAR}${text}${this.#drawn(this.#shown.line)}`);
    return true;
  }

  /** Removes the line and shows the cursor. Can be called repeatedly. */
  end(): void {
    if (this.#shown === undefined) return;
    clearInterval(this.#shown.refresh);
    this.#shown = undefined;
    this.#terminal.off("resize", this.#draw);
    this.#terminal.write(`${CLEAR}${SHOW_CURSOR}`);
  }

  #drawn(line: RenderLine): string {
    // The terminal may be narrower by now: without NO_WRAP the line would wrap, and its first row would stay.
    return `${CLEAR}${NO_WRAP}${line(this.#terminal.columns || DEFAULT_COLUMNS)}\r${WRAP}`;
  }
}

import { MultiBar } from "cli-progress";

const REFRESHES_PER_SECOND = 5;

/** One bar at the foot of a terminal. Lines printed meanwhile appear above it. */
export class ProgressBar {
  readonly #stream: NodeJS.WritableStream;
  #bars: MultiBar | undefined;
  #refresh: NodeJS.Timeout | undefined;

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream;
  }

  /** Shows the bar until {@link end}; `state` is asked a few times a second. */
  begin(format: string, state: () => BarState): void {
    this.end();
    const { total, value, words } = state();
    const bars = new MultiBar({
      stream: this.#stream,
      format,
      barsize: 20,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      clearOnComplete: true,
      hideCursor: true,
      fps: REFRESHES_PER_SECOND,
      // Signals are the run's: it finishes its calls and writes its files first.
      gracefulExit: false,
    });
    const bar = bars.create(total, value, words);
    this.#bars = bars;
    this.#refresh = setInterval(() => {
      const now = state();
      bar.setTotal(now.total);
      bar.update(now.value, now.words);
    }, 1_000 / REFRESHES_PER_SECOND);
    this.#refresh.unref();
  }

  /** Prints above the bar; false if there is none now. */
  print(text: string): boolean {
    if (this.#bars === undefined) return false;
    this.#bars.log(text);
    return true;
  }

  /** The bar is gone, and the cursor back. */
  end(): void {
    clearInterval(this.#refresh);
    // What was printed since the last refresh would otherwise be dropped.
    this.#bars?.update();
    this.#bars?.stop();
    this.#bars = undefined;
  }
}

export interface BarState {
  readonly total: number;
  readonly value: number;
  /** What the format's other `{names}` stand for. */
  readonly words: Readonly<Record<string, string>>;
}

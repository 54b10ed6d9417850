import { RunError } from "../domain/run-error.ts";

/** Collects what is wrong with the command line and the settings, so that all of it is told at once. */
export class Problems {
  readonly #usage: string[] = [];
  readonly #settings: string[] = [];

  /** Something wrong with an option. `message` begins with its name. */
  usage(message: string): void {
    this.#usage.push(message);
  }

  /** Something wrong with a variable or a file of variables. `message` begins with its name. */
  settings(message: string): void {
    this.#settings.push(message);
  }

  get count(): number {
    return this.#usage.length + this.#settings.length;
  }

  /** Those with options first. */
  get messages(): readonly string[] {
    return [...this.#usage, ...this.#settings];
  }

  /** Throws one RunError with every problem, if there is any: "usage" where an option is among them. */
  throwIfAny(): void {
    const { messages } = this;
    if (messages.length === 0) return;
    const kind = this.#usage.length > 0 ? "usage" : "settings";
    const list = messages.map((message) => `\n  - ${message}`).join("");
    const [only] = messages;
    throw new RunError(
      kind,
      messages.length === 1 && only !== undefined ? only : `${messages.length} problems:${list}`,
    );
  }
}

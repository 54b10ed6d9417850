import { inspect } from "node:util";
import { REDACTED } from "../domain/redact.ts";

/** A text that must not appear in a log, message or file. Prints and serializes as a mask. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the text. Call it only where the text is used, and do not store the result. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

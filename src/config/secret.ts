import { inspect } from "node:util";
import { REDACTED } from "../domain/redact.ts";

/** A text that no log, message or file may show. Printing or serialising it gives a mask. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: to be called where it is used, and its result kept nowhere. */
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

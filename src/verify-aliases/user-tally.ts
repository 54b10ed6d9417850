import type { InternalUserPage } from "../domain/directory.ts";

/**
 * Counts a domain's users as their pages come, and compares with what the API says of their number. What its
 * `userCount` counts is not known: the users of the page or of the whole list, aliases among them or not. So it
 * contradicts the pages where none of these four is true.
 */
export class UserTally {
  #users = 0;
  #primaries = 0;
  #lastTold: number | undefined;
  #isOfPages = true;
  #isOfPagesPrimaries = true;

  take({ items, userCount }: Pick<InternalUserPage, "items" | "userCount">): void {
    const primaries = items.filter(({ alias }) => alias !== true).length;
    this.#users += items.length;
    this.#primaries += primaries;
    if (userCount === undefined) return;
    // The latest counts for the whole list: who joined meanwhile is in it.
    this.#lastTold = userCount;
    this.#isOfPages &&= userCount === items.length;
    this.#isOfPagesPrimaries &&= userCount === primaries;
  }

  /** How the API contradicts itself, once the list has ended; undefined where it does not. */
  contradiction(): string | undefined {
    const told = this.#lastTold;
    if (told === undefined || this.#isOfPages || this.#isOfPagesPrimaries) return undefined;
    if (told === this.#users || told === this.#primaries) return undefined;
    return `${this.#users} addresses were read, ${this.#primaries} of them no aliases, but userCount is ${told}`;
  }
}

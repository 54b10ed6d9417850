import { stripControlCharacters } from "../domain/display-text.ts";

/** Markup that may stand in a page as it is. Only {@link html} makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand between markup: texts are escaped, nothing stands for undefined. */
export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

/**
 * Markup from a template, for HTML and SVG alike. Whatever comes in between is escaped, in text and in quoted
 * attributes, and is without control characters and marks that change the direction of writing, unless it is
 * markup from here. A few lines of our own: what libraries there are escape a text that was forgotten to be
 * marked as markup, or leave one alone that was forgotten to be escaped; here the type tells the two apart.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => `${part}${markup(values[index])}`).join(""));
}

function markup(value: HtmlValue): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escaped(value);
  if (value instanceof Html) return value.text;
  return value.map(markup).join("");
}

function escaped(text: string): string {
  return stripControlCharacters(text.toWellFormed()).replaceAll(
    /[&<>"']/g,
    (character) => ESCAPES[character] ?? "",
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * A text from outside, cut to what is still read. It is set apart from its neighbours, so that letters that are
 * written from right to left move nothing else.
 */
export function untrusted(text: string, maxLength = 160): Html {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return html`<bdi>${cut}</bdi>`;
}

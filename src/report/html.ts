import { stripControlCharacters } from "../domain/display-text.ts";

/** Markup that is safe to put in a page unescaped. Only {@link html} makes it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value to put between markup: {@link html} escapes strings and leaves undefined out. */
export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

/**
 * Builds markup from a template, for HTML and SVG. Escapes every string, in text and in quoted attributes, and
 * removes its control characters and marks that change the direction of writing. {@link Html} values stay as
 * they are. Own code: with template libraries a forgotten marker escapes markup or lets text through; here the
 * types keep the two apart.
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
 * Renders text from outside, truncated to `maxLength` characters. The text is isolated (`bdi`), so that
 * right-to-left letters don't move their neighbours.
 */
export function untrusted(text: string, maxLength = 160): Html {
  const shown = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
  return html`<bdi>${shown}</bdi>`;
}

const everyCharacter = (text: string, write: (character: string) => string): string =>
  [...text].map(write).join("");
const codeOf = (character: string): number => Number(character.codePointAt(0));
const hexOf = (character: string, digits: number): string =>
  codeOf(character).toString(16).padStart(digits, "0");
const form = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "+": "&#43;",
  "/": "&#x2F;",
  "=": "&#x3D;",
};

/** How software writes a text into others. Each of them keeps every other text apart from it. */
export const WAYS_OF_WRITING: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  "in a URL": encodeURIComponent,
  "in a URL, in lower case": (text) =>
    encodeURIComponent(text).replaceAll(/%../g, (byte) => byte.toLowerCase()),
  "in a URL, every character": (text) => everyCharacter(text, (it) => `%${hexOf(it, 2)}`),
  "in a URL, twice": (text) => encodeURIComponent(encodeURIComponent(text)),
  "in a form": form,
  "in JSON": (text) => JSON.stringify(text).slice(1, -1),
  "in JSON, twice": (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  "in JSON, with slashes escaped": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "in JSON, every character": (text) => everyCharacter(text, (it) => `\\u${hexOf(it, 4)}`),
  "in JavaScript, every character": (text) => everyCharacter(text, (it) => `\\x${hexOf(it, 2)}`),
  "in HTML": (text) => everyCharacter(text, (it) => ENTITIES[it] ?? it),
  "in HTML, by names": (text) =>
    text.replaceAll("&", "&amp;").replaceAll("+", "&plus;").replaceAll("/", "&sol;"),
  "in HTML, every character": (text) => everyCharacter(text, (it) => `&#x${hexOf(it, 2).toUpperCase()};`),
  "in HTML, every character in decimal": (text) => everyCharacter(text, (it) => `&#${codeOf(it)};`),
  "in HTML, twice": (text) => everyCharacter(text, (it) => ENTITIES[it] ?? it).replaceAll("&", "&amp;"),
  "in HTML in JSON": (text) => JSON.stringify(everyCharacter(text, (it) => ENTITIES[it] ?? it)).slice(1, -1),
  "in base64": (text) => Buffer.from(text).toString("base64"),
  "in base64 for URLs": (text) => Buffer.from(text).toString("base64url"),
  "in base64, behind one byte": (text) => Buffer.from(`:${text}`).toString("base64").slice(1),
  "in base64, behind two bytes": (text) => Buffer.from(`u:${text}`).toString("base64").slice(2),
  "in base64 in a URL": (text) => encodeURIComponent(Buffer.from(text).toString("base64")),
  "in a URL in base64": (text) => Buffer.from(encodeURIComponent(text)).toString("base64"),
};

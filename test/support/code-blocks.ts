import { readFileSync } from "node:fs";

/** A fenced block of a page of `docs/`. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** All fenced blocks of the page, in their order. */
export function codeBlocksOf(page: string): CodeBlock[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].map(([, language = "", block = ""]) => ({
    language,
    text: block,
  }));
}

/** The one block of this language that holds the words. Throws where there is none or several. */
export function codeBlock(page: string, language: string, words = ""): string {
  const found = codeBlocksOf(page).filter((it) => it.language === language && it.text.includes(words));
  const [block, ...others] = found;
  if (block !== undefined && others.length === 0) return block.text;
  throw new Error(`docs/${page} has ${found.length} blocks of ${language} with "${words}", not one`);
}

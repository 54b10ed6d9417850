import { isPlainText } from "./display-text.ts";

/**
 * Returns a command as a person can paste it: for a POSIX shell; on Windows for cmd.exe, which knows no single quotes,
 * and PowerShell alike.
 */
export function shellCommand(words: readonly string[], platform: string): string {
  return words.map((word) => shellQuote(word, platform)).join(" ");
}

/** Returns one word of a command, quoted where its shell would read it otherwise. */
export function shellQuote(word: string, platform: string): string {
  if (platform === "win32") return windowsWord(word);
  // zsh replaces a word that begins with =, and every shell one that begins with ~.
  if (/^(?!=)[\w@%+=:,./-]+$/.test(word)) return word;
  return isPlainText(word) ? `'${word.replaceAll("'", "'\\''")}'` : ansiWord(word);
}

/**
 * In double quotes, which both shells know. PowerShell makes a list of a bare word with a comma, and variables of `@`
 * and `$`. A program takes a backslash before a quotation mark for an escape, so it is doubled.
 */
function windowsWord(word: string): string {
  if (/^[\w+=:./\\-]+$/.test(word)) return word;
  const escaped = word.replaceAll(/(\\*)"/g, '$1$1""').replace(/\\+$/, "$&$&");
  return `"${escaped}"`;
}

/**
 * A word with characters that are not shown, or that would be lost on the way to a terminal, in the form that bash,
 * zsh and POSIX since 2024 know. The bytes are octal, because hexadecimal escapes have no fixed length.
 */
function ansiWord(word: string): string {
  const characters = [...word].map((character) => {
    if (character === "'" || character === "\\") return `\\${character}`;
    return isPlainText(character) ? character : octal(character);
  });
  return `$'${characters.join("")}'`;
}

function octal(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

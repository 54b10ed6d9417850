import { isPlainText } from "./display-text.ts";

/**
 * Formats a command so that a person can paste it into a POSIX shell or, on Windows, into either cmd.exe, which does
 * not support single quotes, or PowerShell.
 */
export function shellCommand(words: readonly string[], platform: string): string {
  return words.map((word) => shellQuote(word, platform)).join(" ");
}

/** Returns one word of a command, quoted if its shell would otherwise interpret it. */
export function shellQuote(word: string, platform: string): string {
  if (platform === "win32") return windowsWord(word);
  // zsh expands a word that begins with =, and every shell one that begins with ~.
  if (/^(?!=)[\w@%+=:,./-]+$/.test(word)) return word;
  return isPlainText(word) ? `'${word.replaceAll("'", "'\\''")}'` : ansiWord(word);
}

/**
 * Quotes a word with double quotes, which both shells support. PowerShell makes a list of a bare word with a comma, and
 * expands `@` and `$`. A backslash before a quotation mark is doubled, because programs treat it as an escape.
 */
function windowsWord(word: string): string {
  if (/^[\w+=:./\\-]+$/.test(word)) return word;
  const escaped = word.replaceAll(/(\\*)"/g, '$1$1""').replace(/\\+$/, "$&$&");
  return `"${escaped}"`;
}

/**
 * Quotes a word with characters that a terminal does not show or would drop, as `$'…'`, which bash, zsh and POSIX since
 * 2024 support. The bytes are octal, because hexadecimal escapes do not have a fixed length.
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

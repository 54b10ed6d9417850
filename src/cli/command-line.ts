/** A command as a person can paste it into a shell: cmd.exe on Windows, which knows no single quotes. */
export function commandLine(words: readonly string[], platform: string): string {
  return words.map((word) => shellWord(word, platform)).join(" ");
}

function shellWord(word: string, platform: string): string {
  if (/^[\w@%+=:,./*?-]+$/.test(word) && !/[*?]/.test(word)) return word;
  return platform === "win32" ? `"${word.replaceAll('"', '""')}"` : `'${word.replaceAll("'", "'\\''")}'`;
}

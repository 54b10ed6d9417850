/** Texts in bytes of encodings that Node itself does not write. */
export function encoded(text: string, encoding: string, mark = false): Buffer {
  const whole = mark ? `\ufeff${text}` : text;
  switch (encoding) {
    case "utf-8":
      return Buffer.from(whole);
    case "utf-16le":
      return Buffer.from(whole, "utf16le");
    case "utf-16be":
      return Buffer.from(whole, "utf16le").swap16();
    case "windows-1252":
      return Buffer.from([...text].map(windows1252Byte));
    default:
      throw new Error(`no way to write ${encoding}`);
  }
}

/** As the table of the Encoding standard has it: 0x80 to 0x9f without the five that are no characters. */
const WINDOWS_1252: ReadonlyMap<string, number> = new Map(
  [
    [0x80, 0x20ac],
    [0x82, 0x201a],
    [0x83, 0x0192],
    [0x84, 0x201e],
    [0x85, 0x2026],
    [0x86, 0x2020],
    [0x87, 0x2021],
    [0x88, 0x02c6],
    [0x89, 0x2030],
    [0x8a, 0x0160],
    [0x8b, 0x2039],
    [0x8c, 0x0152],
    [0x8e, 0x017d],
    [0x91, 0x2018],
    [0x92, 0x2019],
    [0x93, 0x201c],
    [0x94, 0x201d],
    [0x95, 0x2022],
    [0x96, 0x2013],
    [0x97, 0x2014],
    [0x98, 0x02dc],
    [0x99, 0x2122],
    [0x9a, 0x0161],
    [0x9b, 0x203a],
    [0x9c, 0x0153],
    [0x9e, 0x017e],
    [0x9f, 0x0178],
  ].map(([byte = 0, character = 0]) => [String.fromCodePoint(character), byte]),
);

/** Every character beyond ASCII that Windows-1252 has. */
export const WINDOWS_1252_LETTERS: readonly string[] = [
  ...WINDOWS_1252.keys(),
  ...Array.from({ length: 0x60 }, (_, index) => String.fromCodePoint(0xa0 + index)),
];

function windows1252Byte(character: string): number {
  const known = WINDOWS_1252.get(character);
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xff || (code >= 0x80 && code < 0xa0)) throw new Error(`${character} is not in Windows-1252`);
  return code;
}

import { Buffer } from "node:buffer";

/**
 * The upper halves, 0x80 to 0xff, of the code pages that Windows' command prompt uses, which the Encoding standard does
 * not include. Source: the tables CP850.TXT and CP437.TXT of the Unicode Consortium, MAPPINGS/VENDORS/MICSFT/PC.
 */
const UPPER_HALVES: ReadonlyMap<string, string> = new Map([
  [
    "cp850",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0",
  ],
  [
    "cp437",
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
  ],
]);

/** Returns a decoder for cp850 or cp437, in which every byte is a character; undefined for any other encoding. */
export function codePageDecoder(encoding: string): ((bytes: Buffer) => string) | undefined {
  const upperHalf = UPPER_HALVES.get(encoding);
  if (upperHalf === undefined) return undefined;
  return (bytes) =>
    bytes
      .toString("latin1")
      .replaceAll(/[\u0080-\u00ff]/g, (byte) => upperHalf.charAt(byte.charCodeAt(0) - 0x80));
}

/** Windows-1252, 0x80 to 0x9f. Five of these bytes are not characters; here they map to C1 controls. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const BYTES_OF_WINDOWS_1252: ReadonlyMap<string, string> = new Map(
  Array.from(WINDOWS_1252, (character, index) => [character, String.fromCharCode(0x80 + index)]),
);

/** Decodes bytes in Windows-1252. The five bytes that are not characters become C1 controls. */
export function windows1252Text(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replaceAll(/[\u0080-\u009f]/g, (byte) => WINDOWS_1252.charAt(byte.charCodeAt(0) - 0x80));
}

/** Reverses {@link windows1252Text}. Encodes characters that are not in Windows-1252 as UTF-8. */
export function windows1252Bytes(text: string): Buffer {
  const bytes = text.replaceAll(/[^\0-\u007f\u00a0-\u00ff]/gu, (character) => {
    return BYTES_OF_WINDOWS_1252.get(character) ?? Buffer.from(character).toString("latin1");
  });
  return Buffer.from(bytes, "latin1");
}

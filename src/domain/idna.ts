import { domainToUnicode } from "node:url";

/**
 * Matches characters that node:url accepts in a domain but IDNA 2008 (RFC 5892) does not: all except letters, marks and
 * digits, such as typographic quotation marks, dashes and arrows. The exceptions are from RFC 5892, 2.6 and appendix A:
 * some are allowed everywhere, and the middle dots, keraia and geresh only next to their own script.
 */
const NOT_IN_DOMAINS =
  /[^\p{L}\p{M}\p{Nd}._\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb-]|(?<!l)\u00b7|\u00b7(?!l)|\u0375(?!\p{sc=Greek})|(?<!\p{sc=Hebrew})[\u05f3\u05f4]|(?<![\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Han}])\u30fb/u;

/** Returns the first character that IDNA does not allow in a domain, which is given in ASCII. */
export function characterNotInDomains(asciiDomain: string): string | undefined {
  return NOT_IN_DOMAINS.exec(domainToUnicode(asciiDomain))?.[0];
}

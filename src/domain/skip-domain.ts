import { domainToASCII } from "node:url";

/** The result of parsing one `--skip-domain` value. */
export type ParsedDomainPattern =
  | { readonly ok: true; readonly pattern: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Parses a pattern: a domain (`example.org`), or `*.` and a domain, which matches every domain below that one but not
 * the domain itself. The returned pattern is in ASCII and lower case.
 */
export function parseDomainPattern(text: string): ParsedDomainPattern {
  const lower = text.trim().toLowerCase();
  const wildcard = lower.startsWith("*.");
  const domain = wildcard ? lower.slice(2) : lower;
  // Checked first, because node:url would silently cut `example.org/x` to `example.org`.
  if (!/^[a-z0-9_.\u{80}-\u{10ffff}-]+$/u.test(domain)) {
    return { ok: false, reason: "expected a domain such as example.org, or *.example.org" };
  }
  const ascii = /^[a-z0-9_.-]+$/.test(domain) ? domain : domainToASCII(domain);
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(ascii))
    return { ok: false, reason: "it is not a valid domain" };
  return { ok: true, pattern: wildcard ? `*.${ascii}` : ascii };
}

/** A predicate for the key of an address whose domain is to be skipped. */
export type SkipDomain = (addressKey: string) => boolean;

/** Returns a predicate for addresses in any of the patterns, which {@link parseDomainPattern} returned. */
export function domainFilter(patterns: readonly string[]): SkipDomain {
  // Called for every row of the input.
  if (patterns.length === 0) return () => false;
  const whole = new Set(patterns);
  const parents = new Set(patterns.filter((pattern) => pattern.startsWith("*.")).map((it) => it.slice(2)));
  return (addressKey) => {
    const domain = addressKey.slice(addressKey.lastIndexOf("@") + 1);
    if (whole.has(domain)) return true;
    for (let dot = domain.indexOf("."); dot !== -1; dot = domain.indexOf(".", dot + 1)) {
      if (parents.has(domain.slice(dot + 1))) return true;
    }
    return false;
  };
}

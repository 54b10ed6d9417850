import { BlockList, isIP } from "node:net";

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };
const ADDRESS_BITS = { ipv4: 32, ipv6: 128 } as const;

/**
 * Returns true if NO_PROXY exempts the URL's host. A name means the host and all its subdomains, with or without `.` or
 * `*.` in front, as in curl and Go; an address or a range such as `10.0.0.0/8` means these addresses; `*`
 * means every host. Each entry can end in `:PORT`. Entries are separated by commas or white space.
 */
export function isReachedDirectly(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "");
  const port = url.port || DEFAULT_PORTS[url.protocol];
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const { name, onlyPort } = parseEntry(entry);
      return (onlyPort === undefined || onlyPort === port) && isMatch(name, host);
    });
}

/** Parses one entry. A bare IPv6 address has no port, because its own colons would be ambiguous. */
function parseEntry(entry: string): { readonly name: string; readonly onlyPort: string | undefined } {
  const [, bracketed, plain, onlyPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { name: bracketed ?? plain ?? entry, onlyPort };
}

function isMatch(name: string, host: string): boolean {
  if (name === "*") return true;
  if (isIP(host) !== 0) return isInRange(name, host);
  const domain = name.replace(/^\*?\.|\.$/g, "");
  return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
}

function isInRange(range: string, address: string): boolean {
  const [first = "", bits] = range.split("/");
  const family = isIP(first) === 6 ? "ipv6" : "ipv4";
  const prefix = bits === undefined ? ADDRESS_BITS[family] : Number(bits);
  const isRange =
    isIP(first) !== 0 && Number.isInteger(prefix) && prefix >= 0 && prefix <= ADDRESS_BITS[family];
  if (!isRange) return false;
  const list = new BlockList();
  list.addSubnet(first, prefix, family);
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

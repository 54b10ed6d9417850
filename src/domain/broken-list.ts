import { displayText } from "./address.ts";

/** A list that PowerShell dropped or cut. The message has the command that exports it correctly. */
export interface BrokenList {
  readonly code: "unexpanded_list" | "truncated_list";
  readonly message: string;
}

/** `System.String[]`, `Microsoft.Exchange.Data.ProxyAddressCollection`, ``System.Collections.Generic.List`1[…]``. */
const TYPE_NAME =
  /^(?:Deserialized\.)?(?:System|Microsoft)(?:\.\w+)*\.\w*(?:\[\]|Collection|List(?:`1\[.*\])?)$/;
const ELLIPSIS = /(?:\.\.\.|\u2026)\s*\}?$/;

/**
 * Detects what PowerShell writes for a list that was not joined before the export: the name of its type, or its first
 * entries only. The first entries must not be imported, because the other aliases would be missing unnoticed. Returns
 * undefined for any other cell. `header` is the header of the cell's column.
 */
export function detectBrokenList(cell: string, header: string | undefined): BrokenList | undefined {
  const text = cell.trim();
  const exported = (): string => `Export it with: ${exportCommand(text, header)}`;
  if (TYPE_NAME.test(text)) {
    return {
      code: "unexpanded_list",
      message: `the cell has the name of a .NET type, '${displayText(text)}', instead of addresses: the list was not joined before Export-Csv. ${exported()}`,
    };
  }
  if (!ELLIPSIS.test(text) && !(text.startsWith("{") && !text.endsWith("}"))) return undefined;
  return {
    code: "truncated_list",
    message: `PowerShell cut the list '${displayText(text)}' short, and the rest of its addresses is missing. ${exported()}`,
  };
}

/** The lengths, in characters, at which Excel and other programs cut a cell: a list of such a length may be cut. */
const CUT_LENGTHS: ReadonlySet<number> = new Set([255, 32_767]);

/** Returns whether a cell has a length at which programs cut cells. It is cut if no cell of its column is longer. */
export function mayBeCut(cell: string): boolean {
  return CUT_LENGTHS.has(cell.length);
}

/** Returns the message for a list that was cut at a length; `header` is the header of its column. */
export function cutListMessage(length: number, header: string | undefined): string {
  return `alias: the list has exactly ${length} characters, a length at which programs cut a cell, and no list in its column is longer: addresses may be missing. Export it with: ${exportCommand("", header)}`;
}

function exportCommand(text: string, header: string | undefined): string {
  const isDirectory = /ActiveDirectory/.test(text) || /proxy/i.test(header ?? "");
  const [source, primary, list] = isDirectory
    ? ["Get-ADUser -Filter * -Properties mail,proxyAddresses", "mail", "proxyAddresses"]
    : ["Get-Mailbox -ResultSize Unlimited", "PrimarySmtpAddress", "EmailAddresses"];
  return `${source} | Select-Object ${primary}, @{n='${list}'; e={$_.${list} -join ';'}} | Export-Csv aliases.csv -NoTypeInformation -Encoding UTF8`;
}

import { displayText } from "./address.ts";

/** Why a cell holds no list any more, though it was to hold one, and how it is exported right. */
export interface BrokenList {
  readonly code: "unexpanded_list" | "truncated_list";
  readonly message: string;
}

/** `System.String[]`, `Microsoft.Exchange.Data.ProxyAddressCollection`, ``System.Collections.Generic.List`1[…]``. */
const TYPE_NAME =
  /^(?:Deserialized\.)?(?:System|Microsoft)(?:\.\w+)*\.\w*(?:\[\]|Collection|List(?:`1\[.*\])?)$/;
const ELLIPSIS = /(?:\.\.\.|\u2026)\s*\}?$/;

/**
 * What PowerShell writes where a list was not joined before it was exported: the name of its type, or its first
 * entries only. Of the second nothing may be used: who imports a part takes it for the whole. Undefined where the
 * cell is nothing of the kind. `header` is that of the cell's column.
 */
export function detectBrokenList(cell: string, header: string | undefined): BrokenList | undefined {
  const text = cell.trim();
  const exported = (): string => `Export it with: ${exportCommand(text, header)}`;
  if (TYPE_NAME.test(text)) {
    return {
      code: "unexpanded_list",
      message: `the cell has the name of a .NET type, '${displayText(text)}', as Export-Csv writes a list that was not joined. ${exported()}`,
    };
  }
  if (!ELLIPSIS.test(text) && !(text.startsWith("{") && !text.endsWith("}"))) return undefined;
  return {
    code: "truncated_list",
    message: `the list '${displayText(text)}' was cut short by PowerShell, and a part of it may not pass for the whole. ${exported()}`,
  };
}

/** The lengths at which Excel and other programs cut a cell: a list of exactly so many characters may be a part. */
const CUT_LENGTHS: ReadonlySet<number> = new Set([255, 32_767]);

/** Tells whether a cell has a length at which programs cut cells. It is cut if no cell of its column is longer. */
export function mayBeCut(cell: string): boolean {
  return CUT_LENGTHS.has(cell.length);
}

/** The message for a list that was cut at a length; `header` is that of its column. */
export function cutListMessage(length: number, header: string | undefined): string {
  return `alias: the list has exactly ${length} characters, at which programs cut a cell, and none in its column is longer: a part of it may not pass for the whole. Export it with: ${exportCommand("", header)}`;
}

function exportCommand(text: string, header: string | undefined): string {
  const isDirectory = /ActiveDirectory/.test(text) || /proxy/i.test(header ?? "");
  const [source, primary, list] = isDirectory
    ? ["Get-ADUser -Filter * -Properties mail,proxyAddresses", "mail", "proxyAddresses"]
    : ["Get-Mailbox -ResultSize Unlimited", "PrimarySmtpAddress", "EmailAddresses"];
  return `${source} | Select-Object ${primary}, @{n='${list}'; e={$_.${list} -join ';'}} | Export-Csv aliases.csv -NoTypeInformation -Encoding UTF8`;
}

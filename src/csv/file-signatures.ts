import { isGzip } from "./decompress.ts";

/** A file format that is not a table in text, and how to convert it: two parts of a sentence. */
export interface ForeignFormat {
  readonly what: string;
  readonly advice: string;
}

const SAVE_AS_CSV = "open it in Excel and save it as CSV UTF-8";
const EXPORT_AS_CSV = "export the rows as CSV";

/** The first bytes of known binary formats. */
const SIGNATURES: readonly (readonly [Buffer, ForeignFormat])[] = [
  [
    Buffer.from("PK\u0003\u0004"),
    { what: "an Excel workbook (.xlsx) or another ZIP archive", advice: `${SAVE_AS_CSV}, or unpack it` },
  ],
  [
    Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    { what: "an old Excel workbook (.xls) or another Office file", advice: SAVE_AS_CSV },
  ],
  [Buffer.from("%PDF-"), { what: "a PDF", advice: EXPORT_AS_CSV }],
  [Buffer.from("{\\rtf"), { what: "a document in RTF", advice: "save it as plain text" }],
  [Buffer.from("SQLite format 3\0"), { what: "an SQLite database", advice: EXPORT_AS_CSV }],
  [Buffer.from("BZh"), { what: "compressed with bzip2", advice: "unpack it; only gzip is unpacked here" }],
  [
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    { what: "compressed with xz", advice: "unpack it; only gzip is unpacked here" },
  ],
  [
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    { what: "compressed with zstd", advice: "unpack it; only gzip is unpacked here" },
  ],
  [Buffer.from("7z\u00bc\u00af'\u001c", "latin1"), { what: "a 7-Zip archive", advice: "unpack it" }],
  [Buffer.from([0xff, 0xfe, 0, 0]), { what: "text in UTF-32", advice: "save it as CSV UTF-8" }],
  [Buffer.from([0, 0, 0xfe, 0xff]), { what: "text in UTF-32", advice: "save it as CSV UTF-8" }],
];

/** The beginnings of known text formats that are not tables. */
const BEGINNINGS: readonly (readonly [RegExp, ForeignFormat])[] = [
  [/^\s*<(?:!doctype\s+html|html[\s>])/i, { what: "a web page (HTML)", advice: EXPORT_AS_CSV }],
  [
    /^\s*<(?:\?xml|!doctype|!--|[a-z][\w:]*[\s/>])/i,
    { what: "XML", advice: "export the rows as CSV (in PowerShell with Export-Csv, not Export-Clixml)" },
  ],
  [
    /^\s*(?:\{\s*["}]|\[\s*[[{"\]])/,
    {
      what: "JSON",
      advice: "export the rows as CSV (in PowerShell: Get-Content FILE | ConvertFrom-Json | Export-Csv)",
    },
  ],
  [/^\s*(?:version: \d+\s+)?dn::? /i, { what: "LDIF", advice: "export with csvde instead of ldifde" }],
];

/** The maximum of control characters at a text's beginning, as a number and a share. Above both it is not text. */
const MAX_CONTROLS = 32;
const MAX_CONTROLS_SHARE = 0.1;

/** Detects a binary format by its first bytes. */
export function detectBinaryFormat(beginning: Buffer): ForeignFormat | undefined {
  if (isGzip(beginning)) return { what: "compressed with gzip twice", advice: "unpack it once" };
  return SIGNATURES.find(([mark]) => mark.equals(beginning.subarray(0, mark.length)))?.[1];
}

/** Detects a text that is not a table by its beginning. */
export function detectTextFormat(beginning: string): ForeignFormat | undefined {
  const known = BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1];
  if (known !== undefined) return known;
  const controls = beginning.match(CONTROLS)?.length ?? 0;
  if (controls <= Math.max(MAX_CONTROLS, beginning.length * MAX_CONTROLS_SHARE)) return undefined;
  return { what: "not text but most likely a program's own format", advice: EXPORT_AS_CSV };
}

/** Control characters except tab, line breaks, form feed and DOS's end of file. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for them.
const CONTROLS = /[\0-\x08\x0e-\x19\x1b-\x1f]/g;

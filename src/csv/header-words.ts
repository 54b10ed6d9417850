import { headerKey } from "./column-roles.ts";

/**
 * A hint that the words of a header give about its column, for advice only. `login`: a sign-in name, which can stand for
 * the mailbox but is not an alias. `neither`: an external address, for recovery or forwarding. `either`: an address that
 * can have either role.
 */
type HeaderHint = "aliasFor" | "alias" | "login" | "neither" | "either" | undefined;

/** Returns the hint of a header in English, German, French or Dutch. Only whole words count. */
export function hintOf(header: string): HeaderHint {
  const key = headerKey(header);
  if (EITHER.has(key)) return "either";
  if (LOGINS.has(key)) return "login";
  if (NEITHER_KEYS.has(key)) return "neither";
  const words = wordsOf(header);
  const [first = ""] = words;
  if (PRIMARY.test(first)) return "aliasFor";
  if (words.some((word) => NEITHER.test(word))) return "neither";
  const isAliasFor = key.startsWith("aliasfor") || words.some((word) => ALIAS_FOR.test(word));
  const isAlias = !key.startsWith("aliasfor") && words.some((word) => ALIAS.test(word));
  if (isAliasFor === isAlias) return undefined;
  return isAlias ? "alias" : "aliasFor";
}

/** Splits a header into lower-case words: `PrimarySmtpAddress` has three. */
function wordsOf(header: string): readonly string[] {
  const parted = header.normalize("NFC").replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2");
  return parted.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** Returns a pattern for a word alone or joined with a word for an address: `Hauptadresse`, `proxyaddresses`. */
function wordOf(stems: string): RegExp {
  const address = "smtp|e?mail|address(?:es)?|adress(?:e|en)?|adres(?:sen)?|mailbox";
  return new RegExp(`^(?:${stems})(?:${address})*$`, "u");
}

const PRIMARY = wordOf("primary|prim(?:ä|ae)re?[rsn]?|primaire?");
const ALIAS_FOR = wordOf(
  "primary|prim(?:ä|ae)re?[rsn]?|primaire?|main|haupt|principale?|hoofd|new|neue?[rsn]?|nouvel(?:le)?|nouveau|nieuwe?|current|aktuelle?[rsn]?",
);
const ALIAS = wordOf(
  "alias(?:es)?|secondary|secondaires?|secundaire?|sekund(?:ä|ae)re?[rsn]?|zweite?[rsn]?|weitere?[rsn]?|zus(?:ä|ae)tzliche?[rsn]?|zusatz|autres?|andere?|other|proxy|old(?:er)?|alte[rsn]?|ancien(?:ne)?s?|oude?|former|previous|fr(?:ü|ue)here?[rsn]?",
);
const NEITHER = wordOf(
  "recovery|alternate|alternativ(?:e[rsn]?)?|external|externe?[rsn]?|private?[rsn]?|personal|home|forward(?:ing)?|backup",
);

/** Active Directory's routing address, and Entra's addresses for resetting a password. */
const NEITHER_KEYS: ReadonlySet<string> = new Set(["targetaddress", "othermails"]);
const EITHER: ReadonlySet<string> = new Set(["smtpaddress"]);
const LOGINS: ReadonlySet<string> = new Set([
  "userprincipalname",
  "upn",
  "login",
  "username",
  "windowsemailaddress",
  "windowsliveid",
]);

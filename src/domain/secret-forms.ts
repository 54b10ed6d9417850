import { unescapeOnce } from "./escapes.ts";

/** A text to search for because it is a form of a secret. */
export interface SecretForm {
  readonly text: string;
  /** It is part of a longer base64 text, and the characters next to it hold bits of the secret too. */
  readonly isCore: boolean;
}

/** The number of layers of escapes that are searched: a response may quote a request that quotes another. */
export const MAX_LAYERS = 3;
/** Shorter base64 texts are not searched for, because they occur by chance. */
const MIN_CORE_LENGTH = 5;

/**
 * Returns every text that reveals the secret once escapes are removed: the secret, the secret with its own escapes
 * removed, and its base64 at each of the three byte offsets.
 */
export function secretForms(secret: string): SecretForm[] {
  const wellFormed = secret.toWellFormed();
  const inUrl = encodeURIComponent(wellFormed);
  const written = [
    secret,
    inUrl,
    // Non-ASCII characters are several escaped bytes, which are compared as they are written.
    inUrl.replaceAll(/%../g, (byte) => byte.toLowerCase()),
    new URLSearchParams([["", wellFormed]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
  ];
  const texts = written.flatMap((text) => [text, ...layersBelow(text)]);
  const cores = [secret, inUrl].flatMap((text) => [0, 1, 2].flatMap((offset) => base64Cores(text, offset)));
  return [
    ...[...new Set(texts)].map((text) => ({ text, isCore: false })),
    ...[...new Set(cores)].map((text) => ({ text, isCore: true })),
  ];
}

/** Returns the secret with its own escapes removed: a secret with `%41` has an `A` there while a text is searched. */
function layersBelow(text: string): string[] {
  const layers: string[] = [];
  let layer = unescapeOnce({ text, places: undefined });
  while (layer !== undefined && layers.length < MAX_LAYERS) {
    layers.push(layer.text);
    layer = unescapeOnce(layer);
  }
  return layers;
}

/** Returns the base64 characters, in both alphabets, that depend only on the text if `offset` bytes precede it. */
function base64Cores(text: string, offset: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const first = Math.ceil((offset * 8) / 6);
  const core = bytes.toString("base64").slice(first, Math.floor((bytes.length * 8) / 6));
  if (core.length < MIN_CORE_LENGTH) return [];
  return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
}

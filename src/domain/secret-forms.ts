import { unescapeOnce } from "./escapes.ts";

/** A text to look for, because it is a form of a secret. */
export interface SecretForm {
  readonly text: string;
  /** Base64 within something longer: the characters beside it hold bits of the secret as well. */
  readonly isCore: boolean;
}

/** Layers of escapes that are removed from a text one by one, as an answer may quote a request that quotes another. */
export const MAX_LAYERS = 3;
/** Shorter pieces of base64 occur by chance. */
const MIN_CORE_LENGTH = 5;

/**
 * Returns everything that shows the secret once a text's escapes are removed: the secret, what the removal makes of
 * it, and its base64, whatever is in front of it there.
 */
export function secretForms(secret: string): SecretForm[] {
  const wellFormed = secret.toWellFormed();
  const inUrl = encodeURIComponent(wellFormed);
  const written = [
    secret,
    inUrl,
    // Beyond ASCII an escape is several bytes, which are compared as they are written.
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

/** A secret can itself look like an escape: `%41` becomes `A` while a text is searched. */
function layersBelow(text: string): string[] {
  const layers: string[] = [];
  let layer = unescapeOnce({ text, places: undefined });
  while (layer !== undefined && layers.length < MAX_LAYERS) {
    layers.push(layer.text);
    layer = unescapeOnce(layer);
  }
  return layers;
}

/** The base64 characters, in both alphabets, that depend on nothing but the text, where `offset` bytes precede it. */
function base64Cores(text: string, offset: number): string[] {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const first = Math.ceil((offset * 8) / 6);
  const core = bytes.toString("base64").slice(first, Math.floor((bytes.length * 8) / 6));
  if (core.length < MIN_CORE_LENGTH) return [];
  return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
}

import { z } from "zod";
import { shown } from "../domain/address.ts";

/** What became of a text that an option got. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** An option of one value. */
export function option<T>(read: (text: string) => Reading<T>) {
  return z.string().transform((text, context): T => {
    const result = read(text);
    if (result.ok) return result.value;
    context.addIssue({ code: "custom", message: `${result.reason}, got '${shown(text)}'` });
    return z.NEVER;
  });
}

/** An option of several values, also separated by commas. */
export function list<T>(read: (text: string) => Reading<T>) {
  return z
    .array(z.string())
    .transform((texts, context): readonly T[] => {
      const parts = texts.flatMap((text) => text.split(",")).map((part) => part.trim());
      return parts
        .filter((part) => part !== "")
        .flatMap((part) => {
          const result = read(part);
          if (result.ok) return [result.value];
          context.addIssue({ code: "custom", message: `${result.reason}, got '${shown(part)}'` });
          return [];
        });
    })
    .default([]);
}

/** An option of a whole number, within the bounds. */
export function wholeNumber(min: number, max: number) {
  return option((text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    const range = max === Number.MAX_SAFE_INTEGER ? `, at least ${min}` : ` from ${min} to ${max}`;
    return value >= min && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a whole number${range}` };
  });
}

/** An option of a number above 0, with decimals or not. */
export function positiveNumber(max: number) {
  return option((text) => {
    const value = /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    return value > 0 && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a number above 0, at most ${max}` };
  });
}

/** An option of a percentage within the bounds, with the sign or without it. */
export function percentage(min: number, max: number) {
  return option((text) => {
    const value = /^\d{1,3}(?:\.\d{1,9})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
    return value >= min && value <= max
      ? { ok: true, value }
      : { ok: false, reason: `expected a percentage from ${min} to ${max}` };
  });
}

import { z } from "zod";

/** A boolean, also as a string. */
export const booleanValue = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(?:true|false)$/i)
    .transform((value) => value.toLowerCase() === "true"),
]);

/** A non-negative integer, also as a string. */
export const countValue = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** Returns a parser for a list. Null is an empty list; a missing list is an error. */
export function listOf<T>(item: z.ZodType<T>) {
  return z
    .array(item)
    .nullable()
    .transform((list): readonly T[] => list ?? []);
}

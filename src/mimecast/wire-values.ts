import { z } from "zod";

/** True or false, also as a string. */
export const booleanValue = z.union([
  z.boolean(),
  z
    .string()
    .regex(/^(?:true|false)$/i)
    .transform((value) => value.toLowerCase() === "true"),
]);

/** A whole number from 0, also as a string. */
export const countValue = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** A list, for which null is an empty one. A list that is missing is an error. */
export function listOf<T>(item: z.ZodType<T>) {
  return z
    .array(item)
    .nullable()
    .transform((list): readonly T[] => list ?? []);
}

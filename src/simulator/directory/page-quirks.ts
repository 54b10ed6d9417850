import { z } from "zod";

const pageNumber = z.int("a page's number, from 1").min(1, "a page's number, from 1");
const pageNumbers = z.array(pageNumber, "a list of page numbers, from 1").optional();
const whole = "a whole number";

/** How the pages of a list differ from plain ones: all that clients of the real API have met. */
export const pageQuirksSchema = z.strictObject({
  /** These pages come without items, and the list goes on after them. */
  emptyPages: pageNumbers,
  /** The same, with `data: []`. */
  emptyData: pageNumbers,
  /** Pages hold so many items at most, whatever was asked for. */
  mostPerPage: z.int(whole).min(1, `${whole} from 1`).optional(),
  /** The `next` of this page leads to itself. */
  repeatsTokenAt: pageNumber.min(2, "a page's number, from 2").optional(),
  /** What is told instead of the true count; `absent` for none. */
  totalCount: z.union([z.literal("absent"), z.int().min(0)], `${whole} or "absent"`).optional(),
  /** How often the list is read from its beginning until `totalCount` is true; never, if absent. */
  totalCountReads: z.int(whole).min(1, `${whole} from 1`).optional(),
  /** Once this page was given, the first item leaves: those behind move forward, and `totalCount` falls. */
  leavesAfter: pageNumber.optional(),
  /** Once this page was given, an item joins in front: those behind move back, and `totalCount` rises. */
  joinsAfter: pageNumber.optional(),
  /** This page begins with the last item of the page before instead of its own first one. */
  repeatsItemAt: pageNumber.min(2, "a page's number, from 2").optional(),
  /** The list begins again behind its end, with tokens that are always new. */
  endless: z.boolean("true or false").optional(),
  /** Number of readings from the beginning that meet the last four; all, if absent. */
  restlessReads: z.int(whole).min(1, `${whole} from 1`).optional(),
});

export type PageQuirks = z.infer<typeof pageQuirksSchema>;

import { z } from "zod";
import { parseJsonFile } from "../json-file.ts";

const pageNumber = z.int("a page's number, from 1").min(1, "a page's number, from 1");
const pageNumbers = z.array(pageNumber, "a list of page numbers, from 1").optional();
const whole = "a whole number";

/** Deviations of a list's pages from plain paging. Clients have met all of them at the real API. */
export const pageQuirksSchema = z.strictObject({
  /** Pages without items, after which the list continues. */
  emptyPages: pageNumbers,
  /** Pages with `data: []`, after which the list continues. */
  noData: pageNumbers,
  /** Maximum number of items on a page, whatever page size is requested. */
  maxPerPage: z.int(whole).min(1, `${whole} from 1`).optional(),
  /** The page whose `next` leads to itself. */
  repeatsTokenAt: pageNumber.min(2, "a page's number, from 2").optional(),
  /** The number reported instead of the true count; `absent` leaves it out. */
  totalCount: z.union([z.literal("absent"), z.int().min(0)], `${whole} or "absent"`).optional(),
  /** Number of reads from the beginning with a wrong `totalCount`; all reads if absent. */
  totalCountReads: z.int(whole).min(1, `${whole} from 1`).optional(),
  /** After this page the first item leaves the list: the others move forward, and `totalCount` falls. */
  leavesAfter: pageNumber.optional(),
  /** After this page an item joins at the front: the others move back, and `totalCount` rises. */
  joinsAfter: pageNumber.optional(),
  /** The page that begins with the last item of the previous page instead of its own first one. */
  repeatsItemAt: pageNumber.min(2, "a page's number, from 2").optional(),
  /** The list starts again after its end, with a new token each time. */
  endless: z.boolean("true or false").optional(),
  /** Number of reads from the beginning that the last four fields affect; all reads if absent. */
  restlessReads: z.int(whole).min(1, `${whole} from 1`).optional(),
});

export type PageQuirks = z.infer<typeof pageQuirksSchema>;

const text = z.string("a text");
const someText = text.min(1, "a text that is not empty");
const count = z.int("a whole number").min(0, "a whole number from 0");

const memberSchema = z.strictObject({
  /** Empty for a member that is a whole domain. */
  emailAddress: text,
  name: text.optional(),
  domain: text.optional(),
  internal: z.boolean("true or false").optional(),
  type: text.optional(),
  notes: text.optional(),
});

const groupSchema = z.strictObject({
  name: someText,
  /** Derived from the name and the group's index if absent. */
  id: someText.optional(),
  parentId: text.optional(),
  source: z.enum(["cloud", "ldap"], '"cloud" or "ldap"').optional(),
  /** A number of generated members, or a list of members. */
  members: z.union([count, z.array(memberSchema)], "a whole number, or a list of members"),
  /** The count that find-groups reports; the true count if absent. */
  userCount: count.optional(),
  folderCount: count.optional(),
  /** find-groups lists the group again, at the end. */
  listedTwice: z.boolean("true or false").optional(),
  quirks: pageQuirksSchema.optional(),
});

const domainSchema = z.strictObject({
  domain: someText,
  /** Number of generated users `userN@…`, and of generated aliases `aliasN@…`. */
  users: count.optional(),
  aliases: count.optional(),
  /** The count that each page reports; the number of users on the page if absent. */
  userCount: count.optional(),
  quirks: pageQuirksSchema.optional(),
});

const directorySchema = z.strictObject(
  {
    groups: z.array(groupSchema, "a list of groups").optional(),
    /** Deviations of find-groups from plain paging. */
    quirks: pageQuirksSchema.optional(),
    /** Internal domains, besides those of the aliases that were set. */
    domains: z.array(domainSchema, "a list of internal domains").optional(),
  },
  'an object: { "groups": [ … ] }',
);

/** The content of the simulated account besides aliases. docs/simulator.md describes each field. */
export type DirectoryContent = z.infer<typeof directorySchema>;
export type GroupContent = z.infer<typeof groupSchema>;
export type MemberContent = z.infer<typeof memberSchema>;
export type DomainContent = z.infer<typeof domainSchema>;

/** Parses the text of a `--groups` file. Throws a RunError that names every problem in it. */
export function parseDirectory(textOfFile: string, file: string): DirectoryContent {
  return parseJsonFile(textOfFile, file, directorySchema, {
    what: "a groups file",
    expected: "an object with groups",
    part: "such a file",
  });
}

/** The account's content without a `--groups` file: enough for an export, with names that CSV must quote. */
export const BUILT_IN_DIRECTORY: DirectoryContent = {
  groups: [
    {
      name: "All Staff",
      members: 1200,
    },
    {
      name: "Sales, Europe",
      members: [
        { emailAddress: "ann.miller@company.example", name: "Miller, Ann" },
        { emailAddress: "bob.stone@company.example", name: 'Robert "Bob" Stone' },
        {
          emailAddress: "zoe@grüne-wiese.example",
          name: "Zoë 🦊",
          internal: false,
          type: "created_by_email",
        },
        { emailAddress: "noor@company.example", name: "نور الهدى", type: "contact_from_ldap" },
        { emailAddress: "info@company.example", name: "=SUM(A1:A9)", notes: "two\nlines" },
        { emailAddress: "", domain: "partner.example", name: "", internal: false },
      ],
    },
    { name: "Empty", members: 0 },
    { name: "Directory Group", source: "ldap", members: 3 },
  ],
  domains: [{ domain: "company.example", users: 10 }],
};

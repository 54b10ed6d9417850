import { z } from "zod";
import { parseJsonFile } from "../json-file.ts";

const pageNumber = z.int("a page's number, from 1").min(1, "a page's number, from 1");
const pageNumbers = z.array(pageNumber, "a list of page numbers, from 1").optional();
const whole = "a whole number";

/** How the pages of a list differ from plain ones: all that clients of the real API have met. */
export const pageQuirksSchema = z.strictObject({
  /** These pages come without items, and the list goes on after them. */
  emptyPages: pageNumbers,
  /** The same, with `data: []`. */
  noData: pageNumbers,
  /** Pages hold so many items at most, whatever was asked for. */
  maxPerPage: z.int(whole).min(1, `${whole} from 1`).optional(),
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
  /** Made from the name and the group's place in the list, if absent. */
  id: someText.optional(),
  parentId: text.optional(),
  source: z.enum(["cloud", "ldap"], '"cloud" or "ldap"').optional(),
  /** So many generated members, or a list of one's own. */
  members: z.union([count, z.array(memberSchema)], "a whole number, or a list of members"),
  /** What find-groups tells; the true count, if absent. */
  userCount: count.optional(),
  folderCount: count.optional(),
  /** find-groups gives the group once more, at the end. */
  listedTwice: z.boolean("true or false").optional(),
  quirks: pageQuirksSchema.optional(),
});

const domainSchema = z.strictObject({
  domain: someText,
  /** Generated ones: `userN@…` that are no aliases, and `aliasN@…` that are. */
  users: count.optional(),
  aliases: count.optional(),
  /** Told on each page; the number of the page's users, if absent. */
  userCount: count.optional(),
  quirks: pageQuirksSchema.optional(),
});

const directorySchema = z.strictObject(
  {
    groups: z.array(groupSchema, "a list of groups").optional(),
    /** How find-groups pages differ from plain ones. */
    quirks: pageQuirksSchema.optional(),
    /** Internal domains, besides those of the aliases that were set. */
    domains: z.array(domainSchema, "a list of internal domains").optional(),
  },
  'an object: { "groups": [ … ] }',
);

/** What the simulated account has besides aliases. docs/simulator.md says what each field does. */
export type DirectoryContent = z.infer<typeof directorySchema>;
export type GroupContent = z.infer<typeof groupSchema>;
export type MemberContent = z.infer<typeof memberSchema>;
export type DomainContent = z.infer<typeof domainSchema>;

/** Reads the text of a `--groups` file. Throws a RunError that names every problem in it. */
export function parseDirectory(textOfFile: string, file: string): DirectoryContent {
  return parseJsonFile(textOfFile, file, directorySchema, {
    what: "a groups file",
    expected: "an object with groups",
    part: "such a file",
  });
}

/** What an account has without a `--groups` file: enough to see an export, with names that are hard on CSV files. */
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

import { z } from "zod";
import { parseJsonFile } from "../json-file.ts";
import { pageQuirksSchema } from "./page-quirks.ts";

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

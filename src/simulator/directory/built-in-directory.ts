import type { DirectoryContent } from "./directory-file.ts";

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

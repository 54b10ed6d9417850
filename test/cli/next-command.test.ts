import { describe, expect, it } from "vitest";
import { rerunArguments } from "../../src/cli/next-command.ts";

const APPLIED_BEFORE = Date.UTC(2026, 0, 31, 6);
const ISO = "2026-01-31T06:00:00.000Z";

describe("the command to run next", () => {
  it.each<[string, string, string]>([
    [
      "keeps options that mean the same later",
      "import a.csv --limit 5 --allow move",
      "import a.csv --limit 5 --allow move",
    ],
    [
      "keeps a deadline that is a time of day",
      "import a.csv --deadline 06:00",
      "import a.csv --deadline 06:00",
    ],
    ["keeps a deadline that is a duration", "import a.csv --deadline=2h30m", "import a.csv --deadline 2h30m"],
    ["leaves out a deadline that will be over", `import --deadline ${ISO} a.csv`, "import a.csv"],
    ["leaves out such a deadline after an equals sign", `import a.csv --deadline=${ISO}`, "import a.csv"],
    [
      "replaces now by its instant",
      "import a.csv --resend-before now",
      `import a.csv --resend-before ${ISO}`,
    ],
    [
      "replaces 30d by its instant",
      "import --resend-before=30d a.csv",
      `import --resend-before ${ISO} a.csv`,
    ],
  ])("rerunArguments %s", (_title, typed, printed) => {
    expect(rerunArguments(typed.split(" "), APPLIED_BEFORE).join(" ")).toBe(printed);
  });
});

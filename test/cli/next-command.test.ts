import { describe, expect, it } from "vitest";
import { rerunArguments } from "../../src/cli/next-command.ts";

const APPLIED_BEFORE = Date.UTC(2026, 0, 31, 6);
const ISO = "2026-01-31T06:00:00.000Z";

describe("the command to run next", () => {
  it.each<[string, string, string]>([
    [
      "keeps what means the same again",
      "import a.csv --limit 5 --allow move",
      "import a.csv --limit 5 --allow move",
    ],
    ["keeps a deadline by the clock", "import a.csv --deadline 06:00", "import a.csv --deadline 06:00"],
    ["keeps a deadline that is a span", "import a.csv --deadline=2h30m", "import a.csv --deadline 2h30m"],
    ["leaves out a deadline that will be over", `import --deadline ${ISO} a.csv`, "import a.csv"],
    ["leaves it out however it was typed", `import a.csv --deadline=${ISO}`, "import a.csv"],
    [
      "names the instant that now meant",
      "import a.csv --resend-before now",
      `import a.csv --resend-before ${ISO}`,
    ],
    [
      "names the instant that 30d meant",
      "import --resend-before=30d a.csv",
      `import --resend-before ${ISO} a.csv`,
    ],
  ])("%s", (_title, typed, printed) => {
    expect(rerunArguments(typed.split(" "), APPLIED_BEFORE).join(" ")).toBe(printed);
  });
});

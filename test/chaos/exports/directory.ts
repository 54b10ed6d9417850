import type { GroupContent, MemberContent } from "../../../src/simulator/directory/directory-file.ts";
import type { Draws } from "../draws.ts";

/** A group of the account with a list of members, which changes from one export to the next. */
export interface ChaosGroup {
  readonly name: string;
  readonly members: readonly MemberContent[];
}

/** How the pages of a group are odd; `fatal`: so that it can't be exported whole. */
export interface Oddity {
  readonly quirks: NonNullable<GroupContent["quirks"]>;
  readonly isFatal: boolean;
}

const NO_ODDITY: Oddity = { quirks: {}, isFatal: false };

const NAMES = ["", "Ann Lee", "Lee, Ann", 'Ann "Lee" Lee', "=1+1", "'=1+1", "-3", "two\nlines", "Zoë 李"];

export function chaosGroups(draws: Draws): ChaosGroup[] {
  return Array.from({ length: draws.from(1, 5) }, (_, index) => ({
    name: `${draws.oneOf(["", "=", "Sales, "])}Group ${index}`,
    members: Array.from({ length: draws.ofAnySize(1, 400) - 1 }, (_, place) =>
      member(`${index}-${place}`, draws),
    ),
  }));
}

/** Some have left, some are called otherwise, some have joined. */
export function changedGroups(groups: readonly ChaosGroup[], round: number, draws: Draws): ChaosGroup[] {
  const share = draws.oneOf([0, 0.05, 0.5]);
  return groups.map(({ name, members }, index) => ({
    name,
    members: [
      ...members
        .filter(() => !draws.chance(share))
        .map((one) => (draws.chance(share) ? { ...one, name: draws.oneOf(NAMES) } : one)),
      ...Array.from({ length: draws.chance(share) ? draws.from(1, 9) : 0 }, (_, place) =>
        member(`${index}-${round}-${place}-late`, draws),
      ),
    ],
  }));
}

export function drawnOddity({ members }: ChaosGroup, draws: Draws): Oddity {
  if (draws.chance(0.6)) return NO_ODDITY;
  const wrongCount = members.length + draws.oneOf(members.length > 0 ? [1, -1] : [1]);
  switch (draws.from(0, 12)) {
    case 0:
      return { quirks: { emptyPages: [draws.from(1, 4)] }, isFatal: false };
    case 1:
      return { quirks: { noData: [draws.from(1, 4)] }, isFatal: false };
    case 2:
      return { quirks: { maxPerPage: draws.from(20, 100) }, isFatal: false };
    case 3:
      return { quirks: { totalCount: "absent" }, isFatal: false };
    case 4:
      return { quirks: { totalCount: wrongCount, totalCountReads: 1 }, isFatal: false };
    case 5:
    case 6:
    case 7:
      return { quirks: { totalCount: wrongCount }, isFatal: true };
    case 8:
      return restless({ emptyPages: [2], leavesAfter: 1 }, members.length > 0, draws);
    case 9:
      return restless({ emptyPages: [2], joinsAfter: 1 }, true, draws);
    case 10:
      // Pages of ten, so that the second one has an item to repeat.
      return restless({ maxPerPage: 10, repeatsItemAt: 2 }, members.length > 10, draws);
    case 11:
      return restless({ endless: true }, members.length > 0, draws);
    default:
      // The page that leads to itself must be there.
      return { quirks: { emptyPages: [2, 3], repeatsTokenAt: 2 }, isFatal: true };
  }
}

/** A list that changes while it is read: so often that no reading is whole, or a few times. */
function restless(quirks: Oddity["quirks"], isSeen: boolean, draws: Draws): Oddity {
  if (!isSeen) return NO_ODDITY;
  const restlessReads = draws.oneOf([1, 2, 4, Number.MAX_SAFE_INTEGER]);
  return { quirks: { ...quirks, restlessReads }, isFatal: restlessReads > 4 };
}

function member(name: string, draws: Draws): MemberContent {
  if (draws.chance(0.03)) return { emailAddress: "", domain: `whole-${name}.example` };
  const notes = draws.chance(0.2) ? { notes: "any" } : {};
  return {
    emailAddress: `m${name}@new.example`,
    name: draws.oneOf(NAMES),
    internal: draws.chance(0.8),
    ...notes,
  };
}

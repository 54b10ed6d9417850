import { expect, test } from "vitest";
import { playSeeds, violationText } from "./play-seeds.ts";
import { Tally } from "./tally.ts";

/** `SEEDS=20 FROM=301` for others; `npm run chaos` for thousands. */
const SEEDS = Number(process.env["SEEDS"] ?? 100);
const FROM = Number(process.env["FROM"] ?? 1);
const SIDE_BY_SIDE = 8;

test.skipIf(process.platform === "win32")(
  `Whatever happens to ${SEEDS} series of runs, no row is lost, repeated or misreported, and the last run makes good`,
  { timeout: 60_000 + SEEDS * 10_000 },
  async () => {
    const seeds = Array.from({ length: SEEDS }, (_, index) => FROM + index);
    const played = await playSeeds(seeds, SIDE_BY_SIDE, new Tally(), () => undefined);
    const broken = played.filter(({ violations }) => violations.length > 0);
    expect(broken.map(violationText).join("\n")).toBe("");
  },
);

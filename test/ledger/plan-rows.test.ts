import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/ledger/ledger.ts";
import {
  CORP,
  DAY,
  invalid,
  livedThrough,
  NO_RULES,
  newRunFolder,
  openLedger,
  type Past,
  planned,
  plansOf,
  row,
  rows,
  sendingOrder,
  skipped,
  temporaryFolder,
  told,
} from "./parts.ts";
import { inputs, oracleOf, oraclePlan, pasts, rulesOf } from "./plan-oracle.ts";

async function ledgerWith(...runs: readonly (readonly Past[])[]) {
  const folder = temporaryFolder();
  const ledger = openLedger(folder);
  const names = await livedThrough(ledger, folder, ...runs);
  return { ledger, folder, names };
}

function messages(store: ReturnType<typeof planned>): string[] {
  return plansOf(store).map(({ message }) => message);
}

describe("within one input", () => {
  const plan = (...staged: Parameters<typeof planned>[2]) => {
    const folder = temporaryFolder();
    return planned(openLedger(folder), folder, staged);
  };

  it("rows without a conflict are sent", () => {
    const store = plan(...rows("a>ann", "b>ann", "c>bob"));
    expect(told(store)).toEqual(["2 send", "3 send", "4 send"]);
    expect(messages(store)).toEqual(["", "", ""]);
  });

  it("each repetition of a pair is a duplicate that names the first line", () => {
    const store = plan(...rows("a>ann", "b>bob", "a>ann", "a>ann"));
    expect(told(store)).toEqual([
      "2 send",
      "3 send",
      "4 duplicate duplicate_pair",
      "5 duplicate duplicate_pair",
    ]);
    expect(messages(store).slice(2)).toEqual(["the same pair as line 2", "the same pair as line 2"]);
  });

  it("one alias for two primaries is a conflict for every row concerned, and each names another line", () => {
    const store = plan(...rows("a>ann", "a>ann", "a>bob", "b>bob", "a>cyd"));
    const conflict = "conflict ambiguous_primary";
    expect(told(store)).toEqual([
      `2 ${conflict}`,
      `3 ${conflict}`,
      `4 ${conflict}`,
      "5 send",
      `6 ${conflict}`,
    ]);
    expect(messages(store)[0]).toMatch(/^line 6 gives this alias to cyd@x\.example$/);
    expect(messages(store)[1]).toMatch(/^line 6 gives this alias to cyd@x\.example$/);
    expect(messages(store)[2]).toMatch(/^line 2 gives this alias to ann@x\.example$/);
    expect(messages(store)[4]).toMatch(/^line 2 gives this alias to ann@x\.example$/);
  });

  it("an alias that is another row's primary is held back, whichever comes first", () => {
    const store = plan(...rows("bob>ann", "b>bob", "ann>cyd"));
    expect(told(store)).toEqual(["2 conflict chain", "3 send", "4 conflict chain"]);
    expect(messages(store)[0]).toBe("the alias is the primary of line 3; release with --allow chain");
    expect(messages(store)[2]).toBe("the alias is the primary of line 2; release with --allow chain");
  });

  it("the primary of a skipped row makes a chain too; that of an invalid row does not", () => {
    expect(told(plan(row("bob>ann", 2), skipped("b>bob", 3), invalid(4)))).toEqual([
      "2 conflict chain",
      "3 skipped skipped_domain",
      "4 invalid empty_cell",
    ]);
  });

  it("addresses are compared by their keys and named as written", () => {
    const loud = row("a>ann", 3, { alias: "A@X.example", aliasFor: "ANN@x.example" });
    const other = row("a>bob", 4, { aliasFor: "Bob@X.example" });
    expect(told(plan(row("a>ann", 2), loud))).toEqual(["2 send", "3 duplicate duplicate_pair"]);
    expect(messages(plan(row("a>ann", 2), other))[0]).toBe("line 4 gives this alias to Bob@X.example");
  });

  it("a skipped row is not compared with other rows", () => {
    expect(told(plan(row("a>ann", 2), skipped("a>bob", 3), skipped("a>ann", 4)))).toEqual([
      "2 send",
      "3 skipped skipped_domain",
      "4 skipped skipped_domain",
    ]);
  });

  it("messages name the file if the other row is in another one", () => {
    const folder = temporaryFolder();
    const store = openLedger(folder).beginRun(newRunFolder(folder));
    store.setMeta("input_0", "first.csv");
    store.setMeta("input_1", "second.csv");
    const second = { file: 1 } as const;
    store
      .stager()
      .add([
        row("a>ann", 2),
        row("b>bob", 3),
        row("bob>cyd", 4),
        row("a>ann", 2, second),
        row("c>dan", 3, second),
        row("c>eve", 4, second),
        row("d>eve", 5),
        row("d>fay", 6, second),
        row("eve>gus", 7),
      ]);
    store.plan(NO_RULES);
    expect(messages(store)).toEqual([
      "",
      "",
      "the alias is the primary of line 3; release with --allow chain",
      "the same pair as line 2 of first.csv",
      "line 4 gives this alias to eve@x.example",
      "line 3 gives this alias to dan@x.example",
      "line 6 of second.csv gives this alias to fay@x.example",
      "line 5 of first.csv gives this alias to eve@x.example",
      "the alias is the primary of line 4 of second.csv; release with --allow chain",
    ]);
  });
});

describe("with what the ledger knows", () => {
  it("a pair that was applied is unchanged and says since when", async () => {
    const { ledger, folder } = await ledgerWith([{ pair: "a>ann", ended: "applied" }]);
    const store = planned(ledger, folder, rows("a>ann", "b>ann"));
    expect(told(store)).toEqual(["2 unchanged in_place", "3 send"]);
    expect(messages(store)[0]).toMatch(/^in place since 2026-01-02T00:00:00Z, run \d{8}T\d{9}Z-test$/);
  });

  it("an alias that is in place for another primary is held back as a move", async () => {
    const { ledger, folder } = await ledgerWith([{ pair: "a>ann", ended: "applied" }]);
    const store = planned(ledger, folder, rows("a>bob"));
    expect(told(store)).toEqual(["2 conflict move"]);
    expect(messages(store)).toEqual([
      expect.stringMatching(
        /^is in place for ann@x\.example \(since 2026-01-02T00:00:00Z, run \d{8}T\d{9}Z-test\); release with --allow move$/,
      ),
    ]);
  });

  it.each(["unknown", "claimed"] as const)(
    "an alias whose call for another primary ended %s is held back as a move",
    async (ended) => {
      const { ledger, folder } = await ledgerWith([{ pair: "a>ann", ended }]);
      const store = planned(ledger, folder, rows("a>bob"));
      expect(told(store)).toEqual(["2 conflict move"]);
      expect(messages(store)).toEqual([
        expect.stringMatching(
          /^may be in place for ann@x\.example \(a call without an answer 2026-01-02T00:00:00Z, run \d{8}T\d{9}Z-test\); release with --allow move$/,
        ),
      ]);
    },
  );

  it("a conflict names the run that put the alias in place, not a later run", async () => {
    const atEpochMs = DAY + 1_000;
    const { ledger, folder, names } = await ledgerWith(
      [
        { pair: "a>ann", ended: "applied" },
        { pair: "b>ann", ended: "unknown" },
      ],
      [
        { pair: "a>bob", ended: "failed", atEpochMs },
        { pair: "b>bob", ended: "failed", atEpochMs },
      ],
    );
    expect(messages(planned(ledger, folder, rows("a>cyd", "b>cyd")))).toEqual([
      `is in place for ann@x.example (since 2026-01-02T00:00:00Z, run ${names[0]}); release with --allow move`,
      `may be in place for ann@x.example (a call without an answer 2026-01-02T00:00:00Z, run ${names[0]}); release with --allow move`,
    ]);
  });

  it("a permanently failed row does not block its correction", async () => {
    const { ledger, folder } = await ledgerWith([{ pair: "a>ann", ended: "failed" }]);
    expect(told(planned(ledger, folder, rows("a>bob")))).toEqual(["2 send"]);
  });

  it("a failed move does not erase what was in place before", async () => {
    const { ledger, folder } = await ledgerWith(
      [{ pair: "a>ann", ended: "applied" }],
      [{ pair: "a>bob", ended: "failed" }],
    );
    const store = planned(ledger, folder, [row("a>ann", 2)]);
    expect(told(store)).toEqual(["2 unchanged in_place"]);
  });

  it("after a failed move, the same move and another one are still moves", async () => {
    const { ledger, folder } = await ledgerWith(
      [{ pair: "a>ann", ended: "applied" }],
      [{ pair: "a>bob", ended: "failed" }],
    );
    expect(told(planned(ledger, folder, rows("a>bob")))).toEqual(["2 conflict move"]);
  });

  it("after a move without an answer, neither the old primary nor a third one is treated as safe", async () => {
    const history = [[{ pair: "a>ann", ended: "applied" }], [{ pair: "a>bob", ended: "unknown" }]] as const;
    for (const pair of ["a>ann", "a>cyd"]) {
      const { ledger, folder } = await ledgerWith(...history);
      expect(told(planned(ledger, folder, rows(pair)))).toEqual(["2 conflict move"]);
    }
  });

  it("a pair without a known answer is sent again", async () => {
    const { ledger, folder } = await ledgerWith([{ pair: "a>ann", ended: "claimed" }]);
    expect(told(planned(ledger, folder, rows("a>ann")))).toEqual(["2 send"]);
  });

  it("a pair that was applied, then resent and failed, is sent again", async () => {
    for (const ended of ["failed", "unknown"] as const) {
      const { ledger, folder } = await ledgerWith(
        [{ pair: "a>ann", ended: "applied" }],
        [{ pair: "a>ann", ended }],
      );
      expect(told(planned(ledger, folder, rows("a>ann")))).toEqual(["2 send"]);
    }
  });

  it("--resend-before sends what was applied before then, and not what was applied at that instant", async () => {
    const { ledger, folder } = await ledgerWith([
      { pair: "a>ann", ended: "applied", atEpochMs: DAY - 1 },
      { pair: "b>ann", ended: "applied", atEpochMs: DAY },
    ]);
    const store = planned(ledger, folder, rows("a>ann", "b>ann"), { ...NO_RULES, resendBeforeEpochMs: DAY });
    expect(told(store)).toEqual(["2 send", "3 unchanged in_place"]);
  });

  it("--resend-before does not release a move", async () => {
    const { ledger, folder } = await ledgerWith([{ pair: "a>ann", ended: "applied" }]);
    const rules = { ...NO_RULES, resendBeforeEpochMs: DAY + 1 };
    expect(told(planned(ledger, folder, rows("a>bob"), rules))).toEqual(["2 conflict move"]);
  });
});

describe("a chain over several runs", () => {
  const since = "(since 2026-01-02T00:00:00Z, run";

  it.each([
    [
      "applied",
      /^the alias is the primary of b@x\.example \(since 2026-01-02T00:00:00Z, run \S+\); release with --allow chain$/,
    ],
    [
      "unknown",
      /^the alias may be the primary of b@x\.example \(a call without an answer 2026-01-02T00:00:00Z, run \S+\); release with --allow chain$/,
    ],
    ["claimed", /^the alias may be the primary of b@x\.example \(a call without an answer /],
  ] as const)("an alias that is the primary of a row that ended %s is held back", async (ended, message) => {
    const { ledger, folder } = await ledgerWith([{ pair: "b>bob", ended }]);
    const store = planned(ledger, folder, rows("bob>ann"));
    expect(told(store)).toEqual(["2 conflict chain"]);
    expect(messages(store)).toEqual([expect.stringMatching(message)]);
  });

  it.each([
    [
      "applied",
      /^the primary is an alias of ann@x\.example \(since 2026-01-02T00:00:00Z, run \S+\); release with --allow chain$/,
    ],
    [
      "unknown",
      /^the primary may be an alias of ann@x\.example \(a call without an answer 2026-01-02T00:00:00Z, run \S+\); release with --allow chain$/,
    ],
  ] as const)("a primary that is the alias of a row that ended %s is held back", async (ended, message) => {
    const { ledger, folder } = await ledgerWith([{ pair: "bob>ann", ended }]);
    const store = planned(ledger, folder, rows("b>bob", "c>ann"));
    expect(told(store)).toEqual(["2 conflict chain", "3 send"]);
    expect(messages(store)[0]).toMatch(message);
  });

  it("a failed row makes no chain", async () => {
    const { ledger, folder } = await ledgerWith([
      { pair: "b>bob", ended: "failed" },
      { pair: "cyd>dan", ended: "failed" },
    ]);
    expect(told(planned(ledger, folder, rows("bob>ann", "c>cyd")))).toEqual(["2 send", "3 send"]);
  });

  it("chain rows are held back again when they are imported alone", async () => {
    const folder = temporaryFolder();
    const ledger = openLedger(folder);
    const all = rows("bob>ann", "b>bob", "ann>cyd");
    expect(told(planned(ledger, folder, all))).toEqual(["2 conflict chain", "3 send", "4 conflict chain"]);
    ledger.leaveRun();
    await livedThrough(ledger, folder, [{ pair: "b>bob", ended: "applied" }]);
    const failed = all.filter(({ line }) => line !== 3);
    expect(told(planned(ledger, folder, failed))).toEqual(["2 conflict chain", "4 conflict chain"]);
  });

  it("skipped rows make chains in both directions", () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, [
      skipped("bob>ann", 2),
      row("b>bob", 3),
      skipped("d>dan", 4),
      row("dan>eve", 5),
    ]);
    expect(told(store).filter((line) => !line.includes("skipped"))).toEqual([
      "3 conflict chain",
      "5 conflict chain",
    ]);
    expect(messages(store)[1]).toBe(
      "the primary is the alias of line 2, which is skipped; release with --allow chain",
    );
  });

  it("a row that moves the last alias away from the primary ends the chain", async () => {
    const { ledger, folder } = await ledgerWith([
      { pair: "b>bob", ended: "applied" },
      { pair: "c>bob", ended: "unknown" },
    ]);
    const rules = { ...NO_RULES, allowMove: true };
    const store = planned(ledger, folder, rows("bob>ann", "b>ann"), rules);
    expect(told(store)).toEqual(["2 conflict chain", "3 send"]);
    expect(messages(store)[0]).toContain("the alias may be the primary of c@x.example (a call without");
    ledger.leaveRun();
    const both = planned(ledger, folder, rows("bob>ann", "b>ann", "c>cyd"), rules);
    expect(told(both)).toEqual(["2 send", "3 send", "4 send"]);
  });

  it("a row that is held back itself does not end a chain", async () => {
    const { ledger, folder, names } = await ledgerWith([
      { pair: "b>bob", ended: "applied" },
      { pair: "z>b", ended: "applied" },
    ]);
    const held = planned(ledger, folder, rows("bob>ann", "b>ann"), { ...NO_RULES, allowMove: true });
    expect(told(held)).toEqual(["2 conflict chain", "3 conflict chain"]);
    expect(messages(held)).toEqual([
      `the alias is the primary of b@x.example ${since} ${names[0]}); release with --allow chain`,
      `the alias is the primary of z@x.example ${since} ${names[0]}); release with --allow chain`,
    ]);
    ledger.leaveRun();
    const { ledger: other, folder: place } = await ledgerWith([{ pair: "b>bob", ended: "applied" }]);
    expect(told(planned(other, place, rows("bob>ann", "b>ann")))).toEqual([
      "2 conflict chain",
      "3 conflict move",
    ]);
  });

  it("chains are sent with --allow chain", async () => {
    const { ledger, folder } = await ledgerWith([
      { pair: "b>bob", ended: "applied" },
      { pair: "cyd>ann", ended: "applied" },
    ]);
    const rules = { ...NO_RULES, allowChain: true };
    const store = planned(
      ledger,
      folder,
      [...rows("bob>ann", "c>cyd"), skipped("eve>ann", 9), row("e>eve", 10)],
      rules,
    );
    expect(told(store).filter((line) => line.endsWith("send"))).toEqual(["2 send", "3 send", "10 send"]);
  });
});

describe("the precedence of rules", () => {
  const history = [
    [
      { pair: "a>ann", ended: "applied" },
      { pair: "bob>ann", ended: "applied" },
      { pair: "cyd>ann", ended: "applied" },
    ],
  ] as const;

  it.each([
    ["conflict before duplicate", ["a>ann", "a>ann", "a>bob"], "3 conflict ambiguous_primary"],
    ["conflict before unchanged", ["a>ann", "a>bob"], "2 conflict ambiguous_primary"],
    ["duplicate before unchanged", ["a>ann", "a>ann"], "3 duplicate duplicate_pair"],
    ["duplicate before chain", ["bob>cyd", "bob>cyd", "x>bob"], "3 duplicate duplicate_pair"],
    ["unchanged before chain", ["bob>ann", "x>bob"], "2 unchanged in_place"],
    ["chain before move", ["cyd>dan", "x>cyd"], "2 conflict chain"],
  ])("the first matching rule decides: %s", async (_title, pairs, expected) => {
    const { ledger, folder } = await ledgerWith(...history);
    expect(told(planned(ledger, folder, rows(...pairs)))).toContain(expected);
  });

  it("--allow chain allows chains, except those that are also moves", async () => {
    const { ledger, folder } = await ledgerWith(...history);
    const rules = { ...NO_RULES, allowChain: true };
    expect(told(planned(ledger, folder, rows("eve>dan", "x>eve", "cyd>dan", "y>cyd"), rules))).toEqual([
      "2 send",
      "3 send",
      "4 conflict move",
      "5 send",
    ]);
  });

  it("--allow move allows moves, except those that are also chains", async () => {
    const { ledger, folder } = await ledgerWith(...history);
    const rules = { ...NO_RULES, allowMove: true };
    expect(told(planned(ledger, folder, rows("a>dan", "cyd>dan", "y>cyd"), rules))).toEqual([
      "2 send",
      "3 conflict chain",
      "4 conflict chain",
    ]);
  });

  it("with moves and chains allowed, only other rows of the input hold a row back", async () => {
    const { ledger, folder } = await ledgerWith(...history);
    const rules = { allowMove: true, allowChain: true };
    expect(told(planned(ledger, folder, rows("cyd>dan", "y>cyd", "z>eve", "z>fay"), rules))).toEqual([
      "2 send",
      "3 send",
      "4 conflict ambiguous_primary",
      "5 conflict ambiguous_primary",
    ]);
  });
});

describe("the order of sending", () => {
  it("rows are sent in this order: never tried, unanswered, failed, resent", async () => {
    const { ledger, folder } = await ledgerWith([
      { pair: "again>ann", ended: "applied" },
      { pair: "failed>bob", ended: "failed" },
      { pair: "indeterminate>cyd", ended: "unknown" },
      { pair: "claimed>dan", ended: "claimed" },
    ]);
    const pairs = rows("again>ann", "failed>bob", "claimed>dan", "indeterminate>cyd", "never>eve");
    const store = planned(ledger, folder, pairs, { ...NO_RULES, resendBeforeEpochMs: DAY + 1 });
    expect(sendingOrder(store)).toEqual([6, 4, 5, 3, 2]);
  });

  it("rows of one kind are sent in input order", () => {
    const folder = temporaryFolder();
    expect(sendingOrder(planned(openLedger(folder), folder, rows("c>z", "a>y", "b>z", "d>y")))).toEqual([
      2, 3, 4, 5,
    ]);
  });

  it("primaries take turns, so that one with very many rows does not leave lanes idle", () => {
    const folder = temporaryFolder();
    const many = Array.from({ length: 40 }, (_, index) => `a${index}>ann`);
    const order = sendingOrder(planned(openLedger(folder), folder, rows(...many, "b>bob", "c>cyd")));
    expect(order.slice(0, 18)).toEqual([...Array.from({ length: 16 }, (_, index) => index + 2), 42, 43]);
    expect(order.slice(18)).toEqual(Array.from({ length: 24 }, (_, index) => index + 18));
  });

  it("the queue contains only rows to be sent, each once", () => {
    const folder = temporaryFolder();
    const store = planned(openLedger(folder), folder, [
      ...rows("a>ann", "a>ann", "b>ann", "c>bob", "c>cyd"),
      invalid(9),
    ]);
    expect(sendingOrder(store)).toEqual([2, 4]);
    expect(store.read.sendableCount()).toBe(2);
  });
});

it("for any rows and history the plan equals that of a plain model, word for word", async () => {
  await fc.assert(
    fc.asyncProperty(pasts, inputs, rulesOf, async (history, staged, rules) => {
      const folder = temporaryFolder();
      const ledger = Ledger.open(folder, CORP);
      try {
        const names = await livedThrough(ledger, folder, ...history);
        const expected = oraclePlan(staged, oracleOf(history, names), rules);
        const store = planned(ledger, folder, staged, rules);
        expect(plansOf(store).map(({ plan, code, message }) => ({ plan, code, message }))).toEqual(
          expected.verdicts,
        );
        expect(store.read.sendable(0, 10_000).map(({ seq }) => seq)).toEqual(expected.order);
      } finally {
        ledger.close();
      }
    }),
    // On a slow disk fewer of them.
    { numRuns: 100, interruptAfterTimeLimit: 15_000 },
  );
});

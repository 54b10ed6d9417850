import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ShownProblems } from "../../src/report/problems-section.ts";
import { reportPage } from "../../src/report/report-page.ts";
import { NO_PROBLEMS, summaryOf } from "./parts.ts";

const NASTY = `"><script>alert(1)</script>'&\u202e\u0000<img src=x onerror=alert(2)>`;
const MEBIBYTE = 1024 * 1024;

/** Returns more and longer problems than the program ever passes. */
function hostileProblems(): ShownProblems {
  const long = NASTY.repeat(1_000);
  return {
    groups: Array.from({ length: 30 }, (_, index) => ({
      outcome: "failed",
      code: `${index}${long}`,
      rows: 33_333,
      repeated: 2,
      examples: Array.from({ length: 5 }, () => ({
        input: long,
        line: 7,
        aliasFor: long,
        alias: long,
        message: long,
      })),
    })),
    groupCount: 1_000_000,
    rowCount: 1_000_000,
  };
}

function hostileSummary() {
  const many = Array.from({ length: 240 }, (_, index) => index * 1_000_003);
  return summaryOf(
    { failed: 1_000_000 },
    {
      run: NASTY,
      tenant: NASTY,
      exitCode: 1,
      tool: { name: "mimecast-bulk", version: NASTY },
      stopReasons: [{ kind: "refused", message: NASTY.repeat(1_000) }],
      inputs: Array.from({ length: 10_000 }, () => ({
        name: NASTY.repeat(100),
        sha256: null,
        bytes: null,
        encoding: null,
      })),
      settings: { [NASTY]: NASTY.repeat(100) },
      timeline: {
        startedAt: "2026-01-02T03:04:05.678Z",
        durationMs: 240_000_000,
        bucketMs: 1_000_000,
        rows: { applied: many, failed: many, unknown: many },
        calls: {
          total: many,
          retries: many,
          rateLimited: many,
          failed: many,
          quotaWaitMs: many,
          rowsWaiting: many,
        },
      },
    },
  );
}

describe("the report's page", () => {
  it("allows one style, by its hash, and nothing else", () => {
    const page = reportPage(summaryOf({ applied: 3 }), NO_PROBLEMS, "linux");
    const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(policy.replaceAll("&#39;", "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page.match(/<style/g)).toHaveLength(1);
  });

  it("holds no script, no style attribute and no address of anything but the files beside it", () => {
    const page = reportPage(hostileSummary(), hostileProblems(), "linux");
    const tags = page.match(/<[a-z][^>]*>/gi) ?? [];
    expect(tags.length).toBeGreaterThan(100);
    for (const tag of tags) {
      expect(tag).not.toMatch(/^<(script|img|iframe|object|link|base|form)|\s(on\w+|style|src)\s*=/i);
      expect(/href="([^"]*)"/.exec(tag)?.[1] ?? "results.csv").toMatch(/^[\w-]+\.(csv|json)$/);
    }
  });

  it("stays below a megabyte for any input, and says how much it leaves out", () => {
    const page = reportPage(hostileSummary(), hostileProblems(), "linux");
    expect(Buffer.byteLength(page)).toBeLessThan(MEBIBYTE);
    expect(page).toContain("Not shown: 999,970 more codes with 10 rows. results.csv has every row.");
    expect(page).toContain("and 9,960 more inputs: see summary.json");
    expect(page).toContain("and 33,328 more rows, in failed-reasons.csv or results.csv");
  });

  it("states what a run proved and what it did not", () => {
    const page = reportPage(summaryOf({ applied: 3, unchanged: 1, unknown: 1 }), NO_PROBLEMS, "linux");
    expect(page).toContain("this run read nothing back from Mimecast");
    expect(page).toContain("rest on the ledger");
    expect(page).toContain("may be in place or not");
    expect(page).toContain("mimecast-bulk verify <bdi>aliases.csv</bdi>");
    expect(page).toContain("ab".repeat(32));
    expect(page).toContain("--concurrency");
  });

  it.each([
    ["o'neil; rm -rf $HOME.csv", "linux", "'o'\\''neil; rm -rf $HOME.csv'"],
    ["two words & more.csv", "win32", '"two words & more.csv"'],
    ["standard input", "linux", "FILE"],
    [`${"long ".repeat(100)}.csv`, "linux", "FILE"],
  ])("quotes the input %j in its command for a shell on %s", (name, platform, word) => {
    const inputs = [{ name, sha256: null, bytes: null, encoding: null }];
    const page = reportPage(summaryOf({ applied: 1 }, { inputs }), NO_PROBLEMS, platform);
    const [, command = ""] = /<code>mimecast-bulk verify <bdi>(.*)<\/bdi>/.exec(page) ?? [];
    const unescaped = command.replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
    expect(unescaped).toBe(word);
  });

  it("shows no rate for a run that took no time", () => {
    const rows = { applied: [1], failed: [0], unknown: [0] };
    const startedAt = "2026-01-02T03:04:05.678Z";
    const timeline = { startedAt, durationMs: 0, bucketMs: 1_000, rows, calls: null };
    const page = reportPage(summaryOf({ applied: 1 }, { timeline }), NO_PROBLEMS, "linux");
    expect(page).toContain("<dt>rows a second</dt><dd>–</dd>");
    expect(page).not.toMatch(/NaN|Infinity/);
  });

  it("shows a single row among a million", () => {
    const page = reportPage(summaryOf({ applied: 999_999, failed: 1 }), NO_PROBLEMS, "linux");
    expect(page).toContain("&gt; 99.9 %");
    const [, width = "0"] = /class="share failed" x="[\d.]+%" width="([\d.]+)%"/.exec(page) ?? [];
    expect(Number(width)).toBeGreaterThan(0.5);
  });
});

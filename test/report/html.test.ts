import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, untrusted } from "../../src/report/html.ts";

describe("markup from a template", () => {
  it("is as it stands, with texts escaped and other markup left alone", () => {
    const inner = html`<b>${"a < b"}</b>`;
    expect(html`<p title="${`"'&`}">${inner}${undefined}${7}${["x", inner]}</p>`.text).toBe(
      '<p title="&quot;&#39;&amp;"><b>a &lt; b</b>7x<b>a &lt; b</b></p>',
    );
  });

  it("holds no character with which a text could end its place, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { text: markup } = html`${text}`;
        expect(markup).not.toMatch(/[<>"'\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        expect(markup.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
      }),
    );
  });
});

it("A text from outside is cut, and set apart from what stands beside it", () => {
  expect(untrusted("x".repeat(20), 5).text).toBe("<bdi>xxxx…</bdi>");
  expect(untrusted("a\u{1f600}".repeat(3), 3).text).toBe("<bdi>a\ufffd…</bdi>");
  expect(untrusted("<b>", 5).text).toBe("<bdi>&lt;b&gt;</bdi>");
});

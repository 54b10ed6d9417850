import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, untrusted } from "../../src/report/html.ts";

describe("markup from a template", () => {
  it("escapes strings and leaves other markup alone", () => {
    const inner = html`<b>${"a < b"}</b>`;
    expect(html`<p title="${`"'&`}">${inner}${undefined}${7}${["x", inner]}</p>`.text).toBe(
      '<p title="&quot;&#39;&amp;"><b>a &lt; b</b>7x<b>a &lt; b</b></p>',
    );
  });

  it("contains no character of any text that could end an element or attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { text: markup } = html`${text}`;
        expect(markup).not.toMatch(/[<>"'\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        expect(markup.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
      }),
    );
  });
});

it("A text from outside is truncated and isolated from its neighbours", () => {
  expect(untrusted("x".repeat(20), 5).text).toBe("<bdi>xxxx…</bdi>");
  expect(untrusted("a\u{1f600}".repeat(3), 3).text).toBe("<bdi>a\ufffd…</bdi>");
  expect(untrusted("<b>", 5).text).toBe("<bdi>&lt;b&gt;</bdi>");
});

/**
 * The report's style sheet. Colours are named for their meaning and defined for the light and the dark scheme;
 * print is always light. No element has a `style` attribute, because the page's Content-Security-Policy allows
 * this text only.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f6f4; --card: #ffffff; --ink: #1b231f; --soft: #5a665f; --line: #e1e5e1; --wash: #f0f2ef;
  --good: #2c8a66; --settled: #9fcdb9; --idle: #c3cac5; --bad: #c2453c; --clash: #d9772b; --broken: #e0b13c;
  --odd: #7762bd; --left: #8d98a6; --wait: #5a86b6; --link: #1f6f8f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #131715; --card: #1b201d; --ink: #e6ebe8; --soft: #9aa8a0; --line: #2d3530; --wash: #222925;
    --good: #43b088; --settled: #2b6a53; --idle: #4a534e; --bad: #e26a60; --clash: #e08d4c; --broken: #d6b14a;
    --odd: #9c89dd; --left: #66717f; --wait: #6f9fd2; --link: #74bfe0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; padding: 2.5rem 1.25rem 3rem; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main, header, footer { max-width: 62rem; margin: 0 auto; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
h1 { font-size: 1.75rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; margin: 0.35rem 0 0.75rem; text-wrap: balance; }
h2 { font-size: 1.05rem; font-weight: 650; margin: 0 0 0.9rem; }
h3 { font-size: 0.95rem; font-weight: 600; margin: 0; }
p { margin: 0 0 0.6rem; max-width: 44rem; }
p:last-child { margin-bottom: 0; }
bdi, td, dd, code { overflow-wrap: anywhere; }
code, .mono { font: 0.86em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
.soft { color: var(--soft); }
.over { font-size: 0.8rem; font-weight: 600; letter-spacing: 0.04em; color: var(--soft); }
header { padding: 0 0 1.5rem; }
header .tone { display: inline-block; width: 0.7rem; height: 0.7rem; border-radius: 50%; margin-right: 0.55rem; vertical-align: 0.08em; }
.tone.good { background: var(--good); } .tone.mixed { background: var(--clash); } .tone.bad { background: var(--bad); }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: 12px;
  padding: 1.35rem 1.5rem 1.45rem; margin: 0 0 1rem;
}
svg { display: block; overflow: visible; }
.bar { border-radius: 6px; overflow: hidden; margin: 0 0 1.1rem; }
.applied { --of: var(--good); } .unchanged { --of: var(--settled); } .duplicate, .skipped { --of: var(--idle); }
.invalid { --of: var(--broken); } .conflict { --of: var(--clash); } .failed { --of: var(--bad); }
.unknown { --of: var(--odd); } .not-sent { --of: var(--left); } .wait { --of: var(--wait); }
.retry { --of: var(--clash); } .rate-limited { --of: var(--bad); }
svg .area, svg .share { fill: var(--of); }
svg .look { fill: transparent; }
svg .look:hover { fill: var(--ink); fill-opacity: 0.08; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg text { fill: var(--soft); font-size: 11px; }
.dot { display: inline-block; width: 0.65rem; height: 0.65rem; border-radius: 3px; background: var(--of); margin-right: 0.5rem; }
.outcomes { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 0.15rem 2rem; margin: 0; padding: 0; list-style: none; }
.outcomes li { display: grid; grid-template-columns: auto 1fr auto; align-items: baseline; padding: 0.32rem 0; border-bottom: 1px solid var(--line); }
.outcomes .what { font-size: 0.82rem; color: var(--soft); grid-column: 2 / 4; }
.outcomes b { font-weight: 650; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0 0 0.5rem; padding: 0; list-style: none; font-size: 0.82rem; color: var(--soft); }
.chart { display: grid; grid-template-columns: 40px 1fr; gap: 0.6rem; margin: 0.2rem 0 1.1rem; }
.chart:last-child { margin: 0; }
.facts { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: 0.3rem 1.5rem; margin: 0; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem; margin: 0 0 1.4rem; }
.tiles div { border-left: 2px solid var(--line); padding-left: 0.8rem; }
.tiles dt { font-size: 0.8rem; color: var(--soft); } .tiles dd { margin: 0; font-size: 1.3rem; font-weight: 600; letter-spacing: -0.01em; }
.problem { border-top: 1px solid var(--line); padding: 1.1rem 0 1rem; }
.problem:last-of-type { padding-bottom: 0; }
.problem .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.15rem 0.9rem; margin-bottom: 0.35rem; }
.problem .rows { margin-left: auto; font-weight: 600; white-space: nowrap; }
.todo { background: var(--wash); border-radius: 8px; padding: 0.55rem 0.8rem; margin: 0.6rem 0 0.8rem; max-width: none; }
table { border-collapse: collapse; width: 100%; font-size: 0.86rem; table-layout: fixed; }
th:nth-child(1) { width: 4.5rem; } th:nth-child(2), th:nth-child(3) { width: 27%; }
.several th:nth-child(1) { width: 10rem; }
th { text-align: left; font-weight: 500; color: var(--soft); padding: 0.2rem 0.9rem 0.3rem 0; border-bottom: 1px solid var(--line); }
td { padding: 0.35rem 0.9rem 0.35rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
td:last-child, th:last-child { padding-right: 0; }
p.more { margin: 0.5rem 0 0; font-size: 0.86rem; }
td.line { color: var(--soft); }
.none { margin-bottom: 1rem; }
footer { color: var(--soft); font-size: 0.82rem; padding: 0.75rem 0.2rem 0; }
@media (max-width: 40rem) {
  body { padding: 1.4rem 0.85rem 2rem; }
  h1 { font-size: 1.4rem; }
  section { padding: 1.1rem 1rem 1.15rem; border-radius: 10px; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin: 0 0 0.6rem; }
  table, tbody, tr, td { display: block; width: 100%; }
  thead { display: none; }
  th:nth-child(n), td { width: 100%; } td { border: 0; padding: 0.05rem 0; }
  tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
  tr:last-child { border-bottom: 0; padding-bottom: 0; }
  td::before { content: attr(data-of) " "; color: var(--soft); }
}
@media print {
  @page { margin: 14mm 13mm; }
  body { padding: 0; background: none; font-size: 10pt; }
  main, header, footer { max-width: none; }
  section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 0.9rem 0; margin: 0; }
  svg, .dot, .tone, .bar { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .problem, .chart, tr, li { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  a { color: inherit; text-decoration: none; }
}
`;

import { basename } from "node:path";
import { shellQuote } from "../domain/command-line.ts";
import { formatCount, pluralize } from "../domain/format.ts";
import { type Html, html, untrusted } from "./html.ts";
import type { Summary } from "./summary.ts";

/** More inputs than this are found in summary.json. */
const MOST_INPUTS = 40;
const LONGEST_VALUE = 300;

/** A longer name is left out of the command: a part of it would name another file. */
const MAX_COMMAND_LENGTH = 500;

/**
 * What Mimecast's answers prove, and what they do not.
 *
 * @param platform for whose shell the command is quoted
 */
export function proofSection({ outcomes, inputs }: Summary, platform: string): Html {
  return html`<section aria-labelledby="proof">
<h2 id="proof">What this proves</h2>
<p><b>Proved:</b> for each row that is <i>applied</i>, Mimecast's own answer named the row among its successes; results.csv has the time and Mimecast's request id. Every row of the input is there with exactly one outcome, and they add up to the rows read.</p>
<p><b>Not proved:</b> nothing was read back from Mimecast.${outcomes.unchanged > 0 ? html` Rows that are <i>unchanged</i> rest on the ledger: they were accepted in an earlier run, and what was changed in the console since then is not known.` : undefined}${outcomes.unknown > 0 ? html` Rows that are <i>unknown</i> may be in place or not: running the same command again settles them.` : undefined}</p>
<p>To ask Mimecast what is there now: <code>mimecast-bulk verify ${untrusted(inputWord(inputs, platform), MAX_COMMAND_LENGTH)}</code></p>
</section>
`;
}

/** The input as it is typed; a placeholder where it can't be typed, or where there are several. */
function inputWord(inputs: Summary["inputs"], platform: string): string {
  const [first, ...others] = inputs;
  if (first === undefined || others.length > 0) return "FILE…";
  if (first.name === "standard input") return "FILE";
  const word = shellQuote(first.name, platform);
  return word.length > MAX_COMMAND_LENGTH ? "FILE" : word;
}

/** What was read, byte for byte. */
export function inputsSection({ inputs }: Summary): Html {
  const left = inputs.length - MOST_INPUTS;
  return html`<section aria-labelledby="inputs">
<h2 id="inputs">${inputs.length === 1 ? "Input" : "Inputs"}</h2>
<dl class="facts">${inputs.slice(0, MOST_INPUTS).map(
    ({ name, bytes, encoding, sha256 }) =>
      html`<dt>${untrusted(name, LONGEST_VALUE)}</dt><dd>${bytes === null ? "size not known" : `${formatCount(bytes)} bytes`}${encoding === null ? undefined : `, ${encoding}`}<br><span class="mono">SHA-256 ${sha256 ?? "not known"}</span></dd>
`,
  )}</dl>
${left > 0 ? html`<p class="left-out">and ${pluralize(left, "more input")}: see summary.json</p>` : undefined}
</section>
`;
}

export function settingsSection({ settings, tenant }: Summary): Html {
  return html`<section aria-labelledby="settings">
<h2 id="settings">Settings</h2>
<dl class="facts"><dt>account</dt><dd>${untrusted(tenant, LONGEST_VALUE)}</dd>
${Object.entries(settings).map(
  ([name, value]) => html`<dt><code>${untrusted(name)}</code></dt><dd>${untrusted(value, LONGEST_VALUE)}</dd>
`,
)}</dl>
</section>
`;
}

const FILE_WORDS: Readonly<Record<string, string>> = {
  results: "every row with its outcome",
  failed: "the records to mend, as they were in the input",
  failedReasons: "why, in the same order",
  remaining: "the records to run again as they are",
};

/** Links to what lies in the same folder. */
export function filesSection({ files }: Summary): Html {
  const shown = Object.entries(files).filter(([purpose]) => FILE_WORDS[purpose] !== undefined);
  return html`<section aria-labelledby="files">
<h2 id="files">Files of this run</h2>
<dl class="facts">${[
    ...shown.map(([purpose, path]) => [basename(path), FILE_WORDS[purpose] ?? ""]),
    ["summary.json", "the figures of this page, for programs"],
  ].map(
    ([name = "", words = ""]) => html`<dt><a href="${name}">${name}</a></dt><dd>${words}</dd>
`,
  )}</dl>
</section>
`;
}

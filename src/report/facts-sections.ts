import { basename } from "node:path";
import { shellQuote } from "../domain/command-line.ts";
import { formatCount, pluralize } from "../domain/format.ts";
import { type Html, html, untrusted } from "./html.ts";
import type { Summary } from "./summary.ts";

/** Inputs listed on the page; summary.json lists all. */
const MAX_INPUTS = 40;
const MAX_VALUE_LENGTH = 300;

/** A longer name is left out of the command: a truncated one would name another file. */
const MAX_COMMAND_LENGTH = 500;

/**
 * Renders the section about what Mimecast's answers prove and what they don't.
 *
 * @param platform the platform whose shell the command is quoted for
 */
export function proofSection({ outcomes, inputs }: Summary, platform: string): Html {
  return html`<section aria-labelledby="proof">
<h2 id="proof">What this proves</h2>
<p><b>Proved:</b> for each row that is <i>applied</i>, Mimecast's own answer named the row among its successes; results.csv has the time and Mimecast's request id. Every row of the input is there with exactly one outcome, and they add up to the rows read.</p>
<p><b>Not proved:</b> this run read nothing back from Mimecast.${outcomes.unchanged > 0 ? html` Rows that are <i>unchanged</i> rest on the ledger: Mimecast accepted them in an earlier run, and changes made in the console since then are not known.` : undefined}${outcomes.unknown > 0 ? html` Rows that are <i>unknown</i> may be in place or not: running the same command again settles them.` : undefined}</p>
<p>To ask Mimecast what is there now: <code>mimecast-bulk verify ${untrusted(inputWord(inputs, platform), MAX_COMMAND_LENGTH)}</code></p>
</section>
`;
}

/** Returns the input as typed in a shell; a placeholder if it can't be typed, or if there are several inputs. */
function inputWord(inputs: Summary["inputs"], platform: string): string {
  const [first, ...others] = inputs;
  if (first === undefined || others.length > 0) return "FILE…";
  if (first.name === "standard input") return "FILE";
  const word = shellQuote(first.name, platform);
  return word.length > MAX_COMMAND_LENGTH ? "FILE" : word;
}

/** Renders the list of inputs, each with its size, encoding and SHA-256. */
export function inputsSection({ inputs }: Summary): Html {
  const left = inputs.length - MAX_INPUTS;
  return html`<section aria-labelledby="inputs">
<h2 id="inputs">${inputs.length === 1 ? "Input" : "Inputs"}</h2>
<dl class="facts">${inputs.slice(0, MAX_INPUTS).map(
    ({ name, bytes, encoding, sha256 }) =>
      html`<dt>${untrusted(name, MAX_VALUE_LENGTH)}</dt><dd>${bytes === null ? "unknown size" : `${formatCount(bytes)} bytes`}${encoding === null ? undefined : `, ${encoding}`}<br><span class="mono">SHA-256 ${sha256 ?? "unknown"}</span></dd>
`,
  )}</dl>
${left > 0 ? html`<p class="left-out">and ${pluralize(left, "more input")}: see summary.json</p>` : undefined}
</section>
`;
}

/** Renders the run's account and settings. */
export function settingsSection({ settings, tenant }: Summary): Html {
  return html`<section aria-labelledby="settings">
<h2 id="settings">Settings</h2>
<dl class="facts"><dt>account</dt><dd>${untrusted(tenant, MAX_VALUE_LENGTH)}</dd>
${Object.entries(settings).map(
  ([
    name,
    value,
  ]) => html`<dt><code>${untrusted(name)}</code></dt><dd>${untrusted(value, MAX_VALUE_LENGTH)}</dd>
`,
)}</dl>
</section>
`;
}

const FILE_WORDS: Readonly<Record<string, string>> = {
  results: "every row with its outcome",
  failed: "the records to fix, as they were in the input",
  failedReasons: "the reason for each of them, in the same order",
  remaining: "the records to import again as they are",
};

/** Renders links to the run's other files, which are in the same folder. */
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

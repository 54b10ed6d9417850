import { createHash } from "node:crypto";
import { formatDuration } from "../domain/format.ts";
import { filesSection, inputsSection, proofSection, settingsSection } from "./facts-sections.ts";
import { headlineOf } from "./headline.ts";
import { type Html, html, untrusted } from "./html.ts";
import { outcomeSection } from "./outcome-section.ts";
import { problemsSection, type ShownProblems } from "./problems-section.ts";
import { STYLE } from "./style.ts";
import type { Summary } from "./summary.ts";
import { timelineSection } from "./timeline-section.ts";

const MAX_REASON_LENGTH = 600;

/**
 * Renders `report.html`: the results of a run, for people, in one file. The page has no script and loads nothing:
 * its Content-Security-Policy allows only the one style, by its hash. The page shows a limited number of rows and
 * says how many it leaves out.
 *
 * @param platform the platform whose shell commands are quoted for
 */
export function reportPage(summary: Summary, problems: ShownProblems, platform: string): string {
  const headline = headlineOf(summary);
  const body = html`<header>
<p class="over">mimecast-bulk import</p>
<h1><span class="tone ${headline.tone}"></span>${headline.sentence}</h1>
${summary.stopReasons.map(({ message }) => html`<p>Stopped: ${untrusted(message, MAX_REASON_LENGTH)}</p>`)}
<p class="soft">${whenWords(summary)}</p>
</header>
<main>
${outcomeSection(summary)}${timelineSection(summary)}${problemsSection(problems)}${proofSection(summary, platform)}${inputsSection(summary)}${settingsSection(summary)}${filesSection(summary)}</main>
<footer>Run ${untrusted(summary.run)} · written by mimecast-bulk ${untrusted(summary.tool.version)} · all times are UTC</footer>
`;
  return page(`${headline.sentence} · mimecast-bulk`, body);
}

function whenWords({ durationMs, endedAt, exitCode, startedAt, state }: Summary): Html {
  if (state === "killed") {
    return html`Started ${timeWords(startedAt)}; killed at an unknown time. This page was written ${timeWords(endedAt)} by the next run.`;
  }
  return html`${timeWords(startedAt)} to ${timeWords(endedAt)}, ${formatDuration(durationMs)} · exit code ${exitCode ?? "none"}`;
}

/** Formats a time as `2026-11-24 23:23:16`. */
function timeWords(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")}</time>`;
}

function page(title: string, body: Html): string {
  const styleHash = createHash("sha256").update(STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;
  const head = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
`;
  return `${head.text}<style>${STYLE}</style>\n</head>\n<body>\n${body.text}</body>\n</html>\n`;
}

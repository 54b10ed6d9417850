import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { codeBlock } from "../support/code-blocks.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const PAGES = ["scheduling.md", "scale.md"];
const manifest = z.looseObject({ apiVersion: z.string(), kind: z.string() });
type Manifest = z.infer<typeof manifest>;

function manifestsOf(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map((document) => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
    return manifest.parse(document.toJS());
  });
}

/** Where Kubernetes' own types are, and what they call each kind. */
function typeOf({ apiVersion, kind }: Manifest): string {
  const module = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return `import("kubernetes-types/${module}").${kind}`;
}

/** What TypeScript finds wrong with the manifests as values of Kubernetes' own types, unknown fields included. */
function mistakesIn(manifests: readonly Manifest[]): string[] {
  // Beside the types, for these to be found.
  const file = join(import.meta.dirname, "manifests.ts");
  const text = manifests
    .map((it, index) => `export const m${index}: ${typeOf(it)} = ${JSON.stringify(it, undefined, 1)};\n`)
    .join("");
  const options: ts.CompilerOptions = { strict: true, noEmit: true, skipLibCheck: true, types: [] };
  options.moduleResolution = ts.ModuleResolutionKind.Bundler;
  options.module = ts.ModuleKind.ESNext;
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile;
  host.readFile = (path) => (path === file ? text : readFile(path));
  const fileExists = host.fileExists;
  host.fileExists = (path) => path === file || fileExists(path);
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (path, target) =>
    path === file ? ts.createSourceFile(path, text, target) : getSourceFile(path, target);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

/** A job as kubectl reads it into Kubernetes' own types, and writes it: what these don't know is missing. */
function asKubectlReads(job: Manifest): unknown {
  const file = put(temporaryFolder(), "manifest.json", JSON.stringify(job));
  // A command that reads into the types and needs no cluster; what it sets stands in the way of nothing.
  const words = ["set", "serviceaccount", "checked", "--local", "-f", file, "-o", "json"];
  const { status, stdout, stderr } = spawnSync("kubectl", words, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", KUBECONFIG: "/dev/null" },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

const pages = PAGES.map((page) => ({ page, manifests: manifestsOf(codeBlock(page, "yaml")) }));

test("The Kubernetes manifests of the documentation hold what Kubernetes' own types know, and nothing else", () => {
  const all = pages.flatMap(({ manifests }) => manifests);
  expect(all.map(({ kind }) => kind)).toEqual([
    "PersistentVolumeClaim",
    "CronJob",
    "PersistentVolumeClaim",
    "Job",
  ]);
  expect(mistakesIn(all)).toEqual([]);
});

test("A mistake in a manifest would be seen", () => {
  const [, job] = pages[0]?.manifests ?? [];
  if (job === undefined) throw new Error("there is no job");
  const spec = typeof job["spec"] === "object" ? job["spec"] : {};
  const mistakes = mistakesIn([
    { ...job, spec: { ...spec, concurrencypolicy: "Forbid" } },
    { ...job, spec: { ...spec, schedule: 5 } },
    { ...job, spec: { schedule: "* * * * *" } },
  ]);
  expect(mistakes).toHaveLength(3);
  for (const [index, word] of ["concurrencypolicy", "number", "jobTemplate"].entries())
    expect(mistakes[index]).toContain(word);
});

describe.each(pages)("The Kubernetes manifests of docs/$page", ({ manifests }) => {
  test("come through kubectl without loss", ({ skip }) => {
    if (!hasKubectl) skip("needs kubectl (Debian's kubernetes-client)");
    const jobs = manifests.filter(({ kind }) => kind.endsWith("Job"));
    expect(jobs).toHaveLength(1);
    for (const job of jobs) expect(asKubectlReads(job)).toMatchObject(job);
  });

  test("hold no secret, and never run as root or twice by themselves", () => {
    const text = JSON.stringify(manifests);
    expect(text).not.toMatch(/"MIMECAST_CLIENT_SECRET"/);
    for (const part of ['"runAsNonRoot":true', '"readOnlyRootFilesystem":true', '"restartPolicy":"Never"'])
      expect(text).toContain(part);
  });
});

test("The image of docs/scheduling.md has a Node that is new enough, and takes the file that npm pack makes", () => {
  const { version, engines, name } = z
    .object({ version: z.string(), name: z.string(), engines: z.object({ node: z.string() }) })
    .parse(JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")));
  const image = codeBlock("scheduling.md", "dockerfile");
  const [, major] = /^FROM node:(\d+)-slim$/m.exec(image) ?? [];
  const [, atLeast] = /(\d+)\./.exec(engines.node) ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(Number(atLeast));
  expect(image).toContain(`COPY ${name}-${version}.tgz /tmp/`);
  expect(image).toContain(`npm install --global /tmp/${name}-${version}.tgz`);
});

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

/** Returns the name of Kubernetes' own type of a manifest. */
function typeOf({ apiVersion, kind }: Manifest): string {
  const module = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
  return `import("kubernetes-types/${module}").${kind}`;
}

/** Type-checks the manifests as values of Kubernetes' own types. Returns the errors, unknown fields included. */
function mistakesIn(manifests: readonly Manifest[]): string[] {
  // In this folder, so that TypeScript finds the types.
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

/** Returns a job as kubectl parses and prints it: fields that Kubernetes' types don't have are missing. */
function asKubectlReads(job: Manifest): unknown {
  const file = put(temporaryFolder(), "manifest.json", JSON.stringify(job));
  // A command that parses into the types and needs no cluster. No test looks at the field that it sets.
  const words = ["set", "serviceaccount", "checked", "--local", "-f", file, "-o", "json"];
  const { status, stdout, stderr } = spawnSync("kubectl", words, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", KUBECONFIG: "/dev/null" },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

const pages = PAGES.map((page) => ({ page, manifests: manifestsOf(codeBlock(page, "yaml")) }));

test("The Kubernetes manifests in the documentation have only fields of Kubernetes' own types", () => {
  const all = pages.flatMap(({ manifests }) => manifests);
  expect(all.map(({ kind }) => kind)).toEqual([
    "PersistentVolumeClaim",
    "CronJob",
    "PersistentVolumeClaim",
    "Job",
  ]);
  expect(mistakesIn(all)).toEqual([]);
});

test("The type check reports a mistake in a manifest", () => {
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
  test("kubectl reads every field of the Kubernetes jobs", ({ skip }) => {
    if (!hasKubectl) skip("needs kubectl (Debian's kubernetes-client)");
    const jobs = manifests.filter(({ kind }) => kind.endsWith("Job"));
    expect(jobs).toHaveLength(1);
    for (const job of jobs) expect(asKubectlReads(job)).toMatchObject(job);
  });

  test("the Kubernetes manifests hold no secret, and their jobs never run as root or restart by themselves", () => {
    const text = JSON.stringify(manifests);
    expect(text).not.toMatch(/"MIMECAST_CLIENT_SECRET"/);
    for (const part of ['"runAsNonRoot":true', '"readOnlyRootFilesystem":true', '"restartPolicy":"Never"'])
      expect(text).toContain(part);
  });
});

test("The image of docs/scheduling.md has a supported Node, and installs the file that npm pack makes", () => {
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

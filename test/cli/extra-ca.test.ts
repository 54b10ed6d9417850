import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { listening, sendJson } from "../mimecast/loopback.ts";
import { APPLIED, PAIR } from "../mimecast/parts.ts";
import { csvOf } from "../support/csv-files.ts";
import { runCli, simulatorEnv } from "../support/run-cli.ts";
import { put, temporaryFolder } from "../support/temporary-folder.ts";

const CERTIFICATE = tlsFile("test-only-certificate.pem");

function tlsFile(name: string): string {
  return fileURLToPath(new URL(`../mimecast/tls/${name}`, import.meta.url));
}

/** A folder whose `.env` names the file, and a row to import from it over TLS. */
async function importingOverTls(extraCa: string, content?: string | Buffer) {
  const options = { key: readFileSync(tlsFile("test-only-key.pem")), cert: readFileSync(CERTIFICATE) };
  const server = await listening(
    https.createServer(options, (request, response) => {
      request.resume().on("end", () => {
        if (request.url === "/oauth/token") sendJson(response, { access_token: "token-1", expires_in: 1799 });
        else sendJson(response, APPLIED);
      });
    }),
  );
  onTestFinished(() => server.close());
  const cwd = temporaryFolder();
  put(cwd, "a.csv", csvOf([[PAIR.aliasFor, PAIR.alias]]));
  put(cwd, ".env", `NODE_EXTRA_CA_CERTS=${extraCa}\n`);
  if (content !== undefined) put(cwd, extraCa, content);
  const env = simulatorEnv({ url: `https://localhost:${server.port}` });
  return await runCli(["import", "a.csv", "--timeout", "5"], { cwd, env });
}

test("A CA certificate named in .env is trusted like one named in the environment", async () => {
  expect((await importingOverTls(CERTIFICATE)).code).toBe(0);
});

test("A CA certificate that can't be read is reported before anything is sent", async () => {
  const { code, stderr } = await importingOverTls("none.pem");
  expect(code).toBe(78);
  expect(stderr).toContain("NODE_EXTRA_CA_CERTS: none.pem can't be read; name a file in PEM format");
});

const PEM = readFileSync(CERTIFICATE, "utf8");

test.each([
  ["binary", new X509Certificate(PEM).raw, "openssl x509 -inform DER -in ca.cer -out ca.pem"],
  [
    "a PKCS#7 text",
    "-----BEGIN PKCS7-----\nMII\n-----END PKCS7-----\n",
    "openssl pkcs7 -print_certs -in ca.cer",
  ],
  [
    "a binary collection",
    Buffer.from("3082000102", "hex"),
    "openssl pkcs12 -cacerts -nokeys -in ca.cer -out ca.pem",
  ],
  ["no certificate", "hello\n", 'export the CA as "Base-64 encoded X.509"'],
  ["damaged", `${PEM}${PEM.replace("MII", "MIX")}`, "certificate 2 of 2 is damaged. Export it again"],
])("A CA file that is %s is rejected with advice, before anything is sent", async (_, content, advice) => {
  const { code, stderr } = await importingOverTls("ca.cer", content);
  expect(code).toBe(78);
  expect(stderr).toContain("NODE_EXTRA_CA_CERTS: ca.cer");
  expect(JSON.parse(stderr.split("\n").find((line) => line.includes("ca.cer")) ?? "").msg).toContain(advice);
});

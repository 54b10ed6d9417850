import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { shellCommand } from "../domain/command-line.ts";
import { RunError } from "../domain/run-error.ts";

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** ASN.1 tag at the start of every binary certificate format. */
const SEQUENCE = 0x30;

/** Reads the file of CA certificates that `.env` names. Throws a RunError "settings" if it is not one in PEM format. */
export function readExtraCa(file: string, platform: string): string {
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw refusal(`${file} can't be read; name a file in PEM format`, cause);
  }
  const certificates = content.toString("latin1").match(PEM_CERTIFICATE) ?? [];
  if (certificates.length === 0) {
    throw refusal(
      `${file} is not a file of certificates in PEM format. ${adviceFor(content, file, platform)}`,
    );
  }
  const damaged = certificates.findIndex((certificate) => !isCertificate(certificate));
  if (damaged === -1) return content.toString("utf8");
  throw refusal(`${file}: certificate ${damaged + 1} of ${certificates.length} is damaged. Export it again`);
}

function adviceFor(content: Buffer, file: string, platform: string): string {
  const openssl = (...words: readonly string[]): string =>
    shellCommand(["openssl", ...words, "-in", file, "-out", "ca.pem"], platform);
  if (isCertificate(content)) return `Convert it with: ${openssl("x509", "-inform", "DER")}`;
  if (content.includes("-----BEGIN PKCS7-----"))
    return `Convert it with: ${openssl("pkcs7", "-print_certs")}`;
  if (content[0] === SEQUENCE) {
    const [p7b, pfx] = [
      openssl("pkcs7", "-inform", "DER", "-print_certs"),
      openssl("pkcs12", "-cacerts", "-nokeys"),
    ];
    return `Convert a .p7b file with: ${p7b}, and a .pfx file with: ${pfx}`;
  }
  return 'Expected text with "-----BEGIN CERTIFICATE-----": export the CA as "Base-64 encoded X.509"';
}

function isCertificate(content: Buffer | string): boolean {
  try {
    return new X509Certificate(content).raw.length > 0;
  } catch {
    return false;
  }
}

function refusal(reason: string, cause?: unknown): RunError {
  return new RunError("settings", `NODE_EXTRA_CA_CERTS: ${reason}`, { cause });
}

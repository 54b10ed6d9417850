// Run by tls.test.ts as a process of its own: Node reads NODE_EXTRA_CA_CERTS only as it starts.
import { createMimecastClient } from "../../../dist/mimecast/client.js";
import { proxyRule } from "../../../dist/mimecast/proxy.js";

const { HTTPS_PROXY, https_proxy, NO_PROXY } = process.env;
const proxyFor = proxyRule(https_proxy || HTTPS_PROXY || undefined, NO_PROXY);
const [, , baseUrl = "", count = "1"] = process.argv;
const credentials = { api: "2.0", clientId: "client-id", clientSecret: "client-secret-value" };
const settings = { baseUrl, credentials, timeoutMs: 5_000, connections: 4, userAgent: "mimecast-bulk/test" };
const clock = { nowMs: () => performance.now(), epochMs: () => Date.now(), sleep: async () => undefined };
const randomUuid = () => "request-id";
const client = createMimecastClient({ ...settings, proxyFor }, { clock, randomUuid });
const pair = { aliasFor: "ann@new.example", alias: "ann@old.example" };
const { signal } = new AbortController();

for (let call = 0; call < Number(count); call++) {
  const {
    results: [answer],
  } = await client.updateAliases([pair], { beforeSend: async () => undefined, signal });
  process.stdout.write(`${answer.kind} ${answer.kind === "applied" ? "" : answer.failure.code}\n`);
}
client.close();

/** What an answer's body holds as JSON; undefined where it is no JSON, which no JSON can be. */
export function jsonBody(body: Buffer): unknown {
  try {
    const json: unknown = JSON.parse(body.toString("utf8"));
    return json;
  } catch {
    return undefined;
  }
}

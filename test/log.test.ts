import fc from "fast-check";
import { prettyFactory } from "pino-pretty";
import { describe, expect, it } from "vitest";
import { createRedactor } from "../src/domain/redact.ts";
import { createLog, type LogSettings } from "../src/log.ts";

const SECRET = "hush-hush-123";

function logInto(more: Partial<LogSettings> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLog({ level: "debug", destination, redact: createRedactor([SECRET]).redact, ...more });
  return { log, lines };
}

/** What one call to the log leaves behind, as it is on its way to the file or the terminal. */
function written(
  say: (log: ReturnType<typeof logInto>["log"]) => void,
  more: Partial<LogSettings> = {},
): string {
  const { log, lines } = logInto(more);
  say(log);
  return lines.join("");
}

describe("a line of the log", () => {
  it("writes JSON with time, level, fields and message", () => {
    const { line, ...rest } = JSON.parse(
      written((log) => log.info({ line: 7, code: "timeout" }, "retrying")),
    );
    expect(line).toBe(7);
    expect(rest).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      code: "timeout",
      msg: "retrying",
    });
  });

  it.each([
    ["error", ["alarm"]],
    ["info", ["tell", "alarm"]],
    ["debug", ["detail", "tell", "alarm"]],
  ] as const)("writes lines from the level %s on", (level, expected) => {
    const { log, lines } = logInto({ level });
    log.debug("detail");
    log.info("tell");
    log.error("alarm");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(expected);
  });

  it("writes each line immediately, so that a crash loses none", () => {
    const { log, lines } = logInto();
    log.info("now");
    expect(lines).toHaveLength(1);
  });
});

describe("redaction", () => {
  it.each<[string, (log: ReturnType<typeof logInto>["log"]) => void]>([
    ["in a message", (log) => log.info(`sent ${SECRET} there`)],
    ["in a field", (log) => log.info({ line: SECRET }, "x")],
    ["deep in a field", (log) => log.info({ a: { b: [{ c: SECRET }] } }, "x")],
    ["in a field's name", (log) => log.info({ [SECRET]: 1 }, "x")],
    ["in a value put into the message", (log) => log.info("sent %s there", SECRET)],
    ["in an error", (log) => log.error(new Error(`no: ${SECRET}`))],
    ["in an error's cause", (log) => log.error(new Error("no", { cause: new Error(SECRET) }), "x")],
    ["in what a child logger says always", (log) => log.child({ name: SECRET }).info("x")],
    ["twice in a line", (log) => log.info({ a: SECRET }, `${SECRET}${SECRET}`)],
  ])("redacts a secret %s", (_where, say) => {
    const line = written(say);
    expect(line).toContain("[redacted]");
    expect(line).not.toContain(SECRET);
    expect(() => JSON.parse(line)).not.toThrow();
  });

  it("redacts a secret with characters that JSON escapes", () => {
    const secret = 'a"b\\c/d\te-\u{1f600}';
    const line = written((log) => log.info({ at: secret }, `with ${secret} in it`), {
      redact: createRedactor([secret]).redact,
    });
    expect(line).not.toContain("b\\\\c");
    expect(JSON.parse(line)).toMatchObject({ at: "[redacted]" });
  });

  it("redacts a secret as URLs and forms encode it", () => {
    const secret = "k+y/with=signs";
    const line = written((log) => log.info(`https://x.example/?key=${encodeURIComponent(secret)}`), {
      redact: createRedactor([secret]).redact,
    });
    expect(line).toContain("key=[redacted]");
  });

  it("redacts all of a secret that contains another one", () => {
    const line = written((log) => log.info("it is hush-hush-and-more"), {
      redact: createRedactor(["hush-hush", "hush-hush-and-more"]).redact,
    });
    expect(JSON.parse(line).msg).toBe("it is [redacted]");
  });

  it("does not redact a very short secret, which would match ordinary words", () => {
    expect(
      JSON.parse(written((log) => log.info("a cat"), { redact: createRedactor(["cat", ""]).redact })).msg,
    ).toBe("a cat");
  });

  it.each(["authorization", "accessToken", "access_token", "clientSecret", "secretKey", "appKey"])(
    "redacts any value of a field named %s",
    (name) => {
      for (const fields of [
        { [name]: "Bearer abc" },
        { headers: { [name]: "Bearer abc" } },
        { options: { headers: { [name]: "Bearer abc" } } },
        { err: { options: { headers: { [name]: "Bearer abc" } } } },
      ]) {
        const line = written((log) => log.info(fields, "x"));
        expect(line).toContain("[redacted]");
        expect(line).not.toContain("abc");
      }
    },
  );
});

const NASTY = [
  ["NUL", "\u0000"],
  ["a bell", "\u0007"],
  ["a line break", "\n"],
  ["a carriage return", "\r"],
  ["an escape sequence", "\u001b[2J\u001b]0;owned\u0007"],
  ["DEL", "\u007f"],
  ["a C1 control", "\u009b31m"],
  ["a line separator", "\u2028"],
  ["a mark of writing direction", "\u202e"],
  ["an isolate", "\u2066"],
] as const;
const HARMFUL = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

describe("control characters", () => {
  it.each(NASTY)("a line does not contain %s, wherever it is logged", (_name, nasty) => {
    const says: ((log: ReturnType<typeof logInto>["log"]) => void)[] = [
      (log) => log.info(`a${nasty}b`),
      (log) => log.info({ alias: `a${nasty}b` }, "x"),
      (log) => log.info({ row: { alias: [`a${nasty}b`] } }, "x"),
      (log) => log.info({ [`a${nasty}b`]: 1 }, "x"),
      (log) => log.info({ alias: "x" }, `a${nasty}b`),
      (log) => log.info("with %s", `a${nasty}b`),
      (log) => log.error(new Error(`a${nasty}b`)),
      (log) => log.child({ file: `a${nasty}b` }).info("x"),
    ];
    for (const say of says) {
      const line = written(say);
      expect(line.endsWith("\n")).toBe(true);
      expect(line.slice(0, -1)).not.toMatch(HARMFUL);
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  it.each(NASTY)("a pretty-printed line does not contain %s", (_name, nasty) => {
    const pretty = prettyFactory({ colorize: false, singleLine: true });
    const says: ((log: ReturnType<typeof logInto>["log"]) => void)[] = [
      (log) => log.info({ alias: `a${nasty}b`, row: { alias: `a${nasty}b` } }, `a${nasty}b`),
      (log) => log.info("with %s", `a${nasty}b`),
      (log) => log.error({ err: { type: "Error", message: `a${nasty}b`, stack: `Error: a${nasty}b` } }, "x"),
    ];
    for (const say of says) {
      expect(pretty(written(say)).replaceAll("\n", "")).not.toMatch(HARMFUL);
    }
  });

  it("any text is logged as one line of plain JSON", () => {
    const anything = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(anything, anything, anything, (message, name, value) => {
        const line = written((log) => log.info({ [`x${name}`]: value, deep: { value } }, message));
        expect(line.slice(0, -1)).not.toMatch(HARMFUL);
        expect(JSON.parse(line)).toHaveProperty("msg");
      }),
    );
  });

  it("text without control characters stays unchanged", () => {
    const text = 'Zoë \u{1f600} 日本語 \\ " / \\n \\u001b';
    expect(JSON.parse(written((log) => log.info({ alias: text }, text)))).toMatchObject({
      alias: text,
      msg: text,
    });
  });
});

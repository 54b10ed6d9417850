import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { encoded, WINDOWS_1252_LETTERS } from "./encodings.ts";
import { allRecords, openText } from "./reading.ts";

const header = "aliasFor,alias,name\r\n";
const rows = "ann@x.example,a@x.example,Ann Müller\r\nbob@x.example,b@x.example,Bob €\r\n";
/** Pieces that cut characters, marks and line breaks, and one that cuts nothing. */
const PIECES = [1, 3, 65536];
const long = "cy@x.example,c@x.example,Cy\n".repeat(20_000);

async function namesIn(
  content: Buffer,
  options = {},
  piece = 65536,
): Promise<readonly (string | undefined)[]> {
  const input = await openText(content, options, piece);
  return (await allRecords(input)).map(({ cells }) => cells[2]);
}

describe("text is read in the encoding that it is in", () => {
  it.each([
    ["UTF-8", "utf-8", false],
    ["UTF-8 with a byte order mark", "utf-8", true],
    ["UTF-16 LE, as Excel's Unicode Text", "utf-16le", true],
    ["UTF-16 BE with a byte order mark", "utf-16be", true],
    ["UTF-16 LE without a byte order mark", "utf-16le", false],
    ["UTF-16 BE without a byte order mark", "utf-16be", false],
    ["Windows-1252", "windows-1252", false],
  ])("%s", async (_, encoding, mark) => {
    const content = encoded(header + rows, encoding, mark);
    for (const piece of PIECES) {
      const input = await openText(content, {}, piece);
      const records = await allRecords(input);
      expect(records).toEqual([
        {
          line: 2,
          cells: ["ann@x.example", "a@x.example", "Ann Müller"],
          raw: "ann@x.example,a@x.example,Ann Müller",
        },
        { line: 3, cells: ["bob@x.example", "b@x.example", "Bob €"], raw: "bob@x.example,b@x.example,Bob €" },
      ]);
      expect(input.bom).toBe(mark);
      expect(input.headerRaw).toBe("aliasFor,alias,name");
      expect(input.encoding().toLowerCase().replace(" ", "")).toBe(encoding);
      expect(input.bytesRead()).toBe(content.length);
      expect(input.sha256()).toBe(createHash("sha256").update(content).digest("hex"));
    }
  });

  it("with characters of two UTF-16 units, wherever a piece ends", async () => {
    const text = `${header}ann@x.example,a@x.example,😀😀\n`;
    for (const encoding of ["utf-16le", "utf-16be"]) {
      for (const piece of [1, 2, 3, 5, 7]) {
        expect(await namesIn(encoded(text, encoding, true), {}, piece)).toEqual(["😀😀"]);
      }
    }
  });

  it("with every letter of Windows-1252, the five bytes that are none left out", async () => {
    const text = `${header}ann@x.example,a@x.example,${WINDOWS_1252_LETTERS.join("")}\n`;
    expect(await namesIn(encoded(text, "windows-1252"))).toEqual([WINDOWS_1252_LETTERS.join("")]);
  });

  it("Windows-1252 also where the first letter beyond ASCII comes late, and a word is said of it", async () => {
    const input = await openText(encoded(header + long + rows, "windows-1252"));
    expect(input.warnings()).toEqual([]);
    const records = await allRecords(input);
    expect(records.at(-2)?.cells[2]).toBe("Ann Müller");
    expect(input.warnings()).toEqual([expect.stringMatching(/not UTF-8.*Windows-1252.*--encoding/)]);
  });

  it("UTF-8 also where its first letter beyond ASCII comes late, and nothing is said of it", async () => {
    const input = await openText(Buffer.from(header + long + rows));
    expect((await allRecords(input)).at(-1)?.cells[2]).toBe("Bob €");
    expect(input.warnings()).toEqual([]);
  });
});

describe("--encoding", () => {
  it("says how bytes are read that could be several things", async () => {
    const macintosh = Buffer.concat([
      Buffer.from(`${header}ann@x.example,a@x.example,M`),
      Buffer.from([0x9f]),
    ]);
    expect(await namesIn(macintosh, { encoding: "macintosh" })).toEqual(["Mü"]);
    expect(await namesIn(encoded(header + rows, "utf-16be"), { encoding: "utf-16be" })).toEqual([
      "Ann Müller",
      "Bob €",
    ]);
    expect(await namesIn(Buffer.from(header + rows), { encoding: "windows-1252" })).toEqual([
      "Ann MÃ¼ller",
      "Bob â‚¬",
    ]);
  });

  it("gives way to a byte order mark, which is said", async () => {
    const input = await openText(encoded(header + rows, "utf-8", true), { encoding: "windows-1252" });
    expect((await allRecords(input)).map(({ cells }) => cells[2])).toEqual(["Ann Müller", "Bob €"]);
    expect(input.warnings()).toEqual([
      expect.stringMatching(/byte order mark of UTF-8.*not as Windows-1252/),
    ]);
  });

  it("lets what is written back begin with a byte order mark, so that the same command reads it", async () => {
    expect((await openText(encoded(header + rows, "windows-1252"), { encoding: "windows-1252" })).bom).toBe(
      true,
    );
    expect((await openText(encoded(header + rows, "windows-1252"))).bom).toBe(false);
  });
});

describe("what can't be decoded makes its own record undecodable", () => {
  const bad = (...bytes: number[]): Buffer => Buffer.from(bytes);
  const good = "ann@x.example,a@x.example,Müller\n";

  it.each([
    ["a byte that is no UTF-8", "utf-8", bad(0xff), /not text in UTF-8/],
    ["a character of UTF-8 that is cut off", "utf-8", bad(0xe2, 0x82), /not text in UTF-8/],
    ["half a surrogate pair in UTF-16 LE", "utf-16le", bad(0x00, 0xd8), /not text in UTF-16 LE/],
    ["half a surrogate pair in UTF-16 BE", "utf-16be", bad(0xdc, 0x00), /not text in UTF-16 BE/],
    ["a byte that is no character of Windows-1252", "windows-1252", bad(0x81), /not text in Windows-1252/],
    ["a NUL in UTF-8", "utf-8", bad(0), /NUL/],
    ["a NUL in UTF-16", "utf-16le", bad(0, 0), /NUL/],
    ["a NUL in Windows-1252", "windows-1252", bad(0), /NUL/],
  ])("%s", async (_, encoding, bytes, reason) => {
    const content = Buffer.concat([
      encoded(header + good.repeat(3), encoding),
      encoded("bob@x.example,b@x.example,", encoding),
      bytes,
      encoded(`\n${good.repeat(2)}`, encoding),
    ]);
    for (const piece of PIECES) {
      const records = await allRecords(await openText(content, { encoding }, piece));
      expect(records.map(({ line, undecodable }) => [line, undecodable])).toEqual([
        [2, undefined],
        [3, undefined],
        [4, undefined],
        [5, expect.stringMatching(reason)],
        [6, undefined],
        [7, undefined],
      ]);
      expect(records.at(-1)?.cells[2]).toBe("Müller");
    }
  });

  it("a few bad bytes among good UTF-8, and the file does not become Windows-1252", async () => {
    const content = Buffer.concat([
      Buffer.from(header + good.repeat(3)),
      bad(0xfc),
      Buffer.from(`,b,c\n${good}`),
    ]);
    const input = await openText(content);
    expect((await allRecords(input)).map(({ undecodable }) => undecodable !== undefined)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    expect(input.encoding()).toBe("UTF-8");
  });

  it("bytes that are cut off where the file ends", async () => {
    for (const [encoding, end] of [
      ["utf-8", bad(0xc3)],
      ["utf-16le", bad(0x41)],
      ["utf-16le", bad(0x3d, 0xd8)],
    ] as const) {
      const content = Buffer.concat([encoded(`${header}${good}b,c,d`, encoding), end]);
      const records = await allRecords(await openText(content, { encoding }));
      expect(records.map(({ undecodable }) => undecodable !== undefined)).toEqual([false, true]);
    }
  });

  it("but not a U+FFFD that the file holds, as somebody else lost that letter", async () => {
    for (const encoding of ["utf-8", "utf-16le", "utf-16be"]) {
      const content = encoded(`${header}ann@x.example,a@x.example,M\ufffdller\n`, encoding);
      const [record] = await allRecords(await openText(content));
      expect(record?.undecodable).toBeUndefined();
      expect(record?.cells[2]).toBe("M\ufffdller");
    }
  });
});

describe("a file of several encodings", () => {
  const header = "PrimarySmtpAddress\tEmailAddresses\r\n";
  const line = (name: string): string => `${name}@new.example\tsmtp:${name}@old.example\r\n`;

  it.each([
    ["utf-16le", true, line("bob")],
    ["utf-16be", true, line("bob")],
    ["utf-16le", false, line("bob")],
    ["utf-16le", true, line("bobby")],
    ["utf-16be", true, line("bobby")],
    ["utf-16le", true, `"bob@new.example"\t"smtp:bob@old.example"\n`],
    ["utf-16le", true, "# appended\r\n"],
    ["utf-16be", true, "# appended\r\n"],
  ])(
    "in %s, mark %j, makes the record with the line of ASCII %j invalid, and no other",
    async (encoding, mark, appended) => {
      const content = Buffer.concat([
        encoded(header + line("ann"), encoding, mark),
        Buffer.from(appended, "latin1"),
        encoded(line("dan") + line("eve"), encoding),
      ]);
      for (const piece of PIECES) {
        const records = await allRecords(await openText(content, {}, piece));
        const isOdd = appended.length % 2 === 1;
        expect(records.map(({ undecodable }) => undecodable !== undefined)).toEqual(
          isOdd ? [false, true] : [false, true, false],
        );
        expect(records[1]?.undecodable).toMatch(/another encoding than UTF-16.*Add-Content/);
      }
    },
  );

  it("in UTF-8 makes the records with lines of UTF-16 far down undecodable", async () => {
    const content = Buffer.concat([
      Buffer.from(header + line("ann").repeat(200)),
      encoded(line("bob") + line("cy"), "utf-16le"),
      Buffer.from(line("dan")),
    ]);
    const records = await allRecords(await openText(content));
    const decoded = records.filter(({ undecodable }) => undecodable === undefined);
    expect(decoded.map(({ cells }) => cells[0])).toEqual(Array(200).fill("ann@new.example"));
  });

  it.each([
    "用户@例子.广告",
    "田中 太郎、東京都千代田区永田町",
    "佀中文 名字 木丮永 王小明",
    "हिन्दी मीम ी.म",
    "ഉഊ മലയാളം ഊ",
    "ਗੁਰਮੁਖੀ ਊਊ",
    "ελληνικά русский עברית",
  ])("is not seen in a name that is all of one: %s", async (name) => {
    for (const encoding of ["utf-16le", "utf-16be"]) {
      const content = encoded(`aliasFor,alias,name\r\nann@x.example,a@x.example,${name}\r\n`, encoding, true);
      const records = await allRecords(await openText(content));
      expect(records.map(({ undecodable, cells }) => [undecodable, cells[2]])).toEqual([[undefined, name]]);
    }
  });
});

describe("an encoding that is a guess", () => {
  it("is told, and takes bytes that are not characters of it", async () => {
    const content = Buffer.concat([
      Buffer.from(`${header}ann@x.example,a@x.example,M`),
      Buffer.from([0x81, 0x0a]),
    ]);
    const input = await openText(content);
    expect(await allRecords(input)).toMatchObject([{ cells: ["ann@x.example", "a@x.example", "M\u0081"] }]);
    expect(input.guessedEncoding()).toBe("windows-1252");
  });

  it.each([
    ["UTF-8", Buffer.from(header + rows), {}],
    ["ASCII", Buffer.from(`${header}ann@x.example,a@x.example,\n`), {}],
    ["UTF-16 without a mark", encoded(header + rows, "utf-16le"), {}],
    [
      "Windows-1252, as --encoding says",
      encoded(header + rows, "windows-1252"),
      { encoding: "windows-1252" },
    ],
  ])("is not %s", async (_, content, options) => {
    const input = await openText(content, options);
    await allRecords(input);
    expect(input.guessedEncoding()).toBeUndefined();
  });
});

describe("gzip is told by its content, and what is in it is read", () => {
  it.each(["utf-8", "utf-16le", "windows-1252"])("in %s", async (encoding) => {
    const content = gzipSync(encoded(header + rows, encoding));
    for (const piece of PIECES) {
      const input = await openText(content, {}, piece);
      expect((await allRecords(input)).map(({ cells }) => cells[2])).toEqual(["Ann Müller", "Bob €"]);
      expect(input.bytesRead()).toBe(content.length);
      expect(input.sha256()).toBe(createHash("sha256").update(content).digest("hex"));
    }
  });

  it("in several parts, one behind the other", async () => {
    const content = Buffer.concat([
      gzipSync(header),
      gzipSync(rows),
      gzipSync("cy@x.example,c@x.example,Cy"),
    ]);
    expect(await namesIn(content)).toEqual(["Ann Müller", "Bob €", "Cy"]);
  });

  it("also when the damage comes late, with an error and not as the end", async () => {
    const content = gzipSync(
      Buffer.from(
        header + Array.from({ length: 50_000 }, (_, n) => `a${n}@x.example,b${n}@x.example,\n`).join(""),
      ),
    );
    const reading = openText(content.subarray(0, content.length - 20)).then(allRecords);
    await expect(reading).rejects.toThrow(/compressed with gzip and is cut off/);
    await expect(reading).rejects.toMatchObject({ kind: "input" });
  });
});

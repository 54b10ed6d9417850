/** Just below what is read of an answer at all. */
const BYTES = 9_900_000;

/** A list in the midst of an answer, as long as it can be. */
function filled(before: string, item: string, after: string, bytes = BYTES): string {
  const count = Math.floor((bytes - before.length - after.length) / (item.length + 1));
  return `${before}${Array.from({ length: count }, () => item).join()}${after}`;
}

/** Answers of ten megabytes with millions of parts, each in a place where something is read. */
export function enormousBodies(): ReadonlyMap<string, string> {
  return new Map([
    ["nested", `{"data":${"[".repeat(BYTES / 2 - 10)}${"]".repeat(BYTES / 2 - 10)}}`],
    ["failures", filled('{"fail":[', "1", "]}")],
    ["errors", filled('{"fail":[{"errors":[', "1", "]}]}")],
    ["entries", filled('{"data":[', "{}", "]}")],
    ["members", filled('{"data":[{"groupMembers":[', '{"name":1}', "]}]}")],
    ["address", `{"data":[{"aliasFor":"ann@new.example","alias":"${"ü.".repeat(BYTES / 3)}"}]}`],
    // As many as are read at all.
    [
      "row",
      filled('{"fail":[', '{"key":{"alias":"ann@old.example"},"errors":[{"code":"e"}]}', "]}", 2_000_000),
    ],
  ]);
}

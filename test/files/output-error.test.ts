import { describe, expect, it } from "vitest";
import { RunError } from "../../src/domain/run-error.ts";
import { toOutputError } from "../../src/files/output-error.ts";

const refused = (code: string, message = `${code}: no, open 'x'`): Error =>
  Object.assign(new Error(message), { code, syscall: "open" });

describe("a write error", () => {
  it.each([
    ["ENOSPC", /^runs\/a can't be written: the disk is full \(ENOSPC\); make room.* same command again/],
    ["SQLITE_FULL", /the disk is full \(SQLITE_FULL\); make room/],
    ["EDQUOT", /quota is used up/],
    ["EROFS", /read-only \(EROFS\).*systemd: ReadWritePaths=; Kubernetes: mount a volume/],
    ["EACCES", /permission denied \(EACCES\)/],
    ["EPERM", /permission denied/],
    ["SQLITE_READONLY_DIRECTORY", /permission denied/],
    ["ENOENT", /its folder does not exist/],
    ["EEXIST", /a file has the name of its folder/],
    ["ENOTDIR", /a file has the name of its folder/],
    ["EISDIR", /a folder has that name/],
    ["EBUSY", /another program has it open/],
    [
      "EMFILE",
      /too many files are open \(EMFILE\); raise the limit \(ulimit -n 1024; systemd: LimitNOFILE=1024\)/,
    ],
    ["EIO", /EIO: no, open 'x'; check the disk/],
    ["SQLITE_IOERR_WRITE", /SQLITE_IOERR_WRITE: no/],
  ])("%s becomes a RunError with the path, the reason and the remedy", (code, message) => {
    const error = refused(code);
    expect(toOutputError("runs/a", error)).toMatchObject({
      name: "RunError",
      kind: "output",
      message: expect.stringMatching(message),
      cause: error,
    });
  });
});

it.each(["ENOSPC", "EDQUOT", "EROFS", "EACCES", "ENOENT", "EEXIST", "EISDIR", "EBUSY"])(
  "a code of Node's own that contains %s keeps Node's own message",
  (code) => {
    expect(toOutputError("runs/a", refused(`ERR_FS_${code}`))).toMatchObject({
      message: expect.stringContaining(`: ERR_FS_${code}: no, open 'x'; check the disk`),
    });
  },
);

it("a database that can't be opened becomes a RunError although its error has no code", () => {
  expect(toOutputError("runs/a", new Error("ConnectionFailed(Unable to open connection: 14"))).toMatchObject({
    kind: "output",
    message: expect.stringContaining("Unable to open connection: 14; check the disk"),
  });
});

it("an internal error and a RunError are returned unchanged", () => {
  for (const error of [
    new TypeError("x is not a function"),
    new RunError("locked", "in use"),
    Object.assign(new Error("bad argument"), { code: "ERR_INVALID_ARG_TYPE" }),
    Object.assign(new Error("no such table"), { code: "SQLITE_ERROR" }),
    new Error("no such column: 145"),
    "thrown text",
  ]) {
    expect(toOutputError("runs/a", error)).toBe(error);
  }
});

import { expect, it } from "vitest";
import { TOOL_CODES } from "../../src/domain/failure.ts";

it.each(Object.entries(TOOL_CODES))(
  "the code %s says in a phrase of its own what it means",
  (code, meaning) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(meaning).toMatch(/^\w+( .+){2,}[^.]$/);
    expect(Object.values(TOOL_CODES).filter((other) => other === meaning)).toHaveLength(1);
  },
);

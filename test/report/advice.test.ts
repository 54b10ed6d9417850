import { describe, expect, it } from "vitest";
import { TOOL_CODES } from "../../src/domain/failure.ts";
import { adviceFor } from "../../src/report/advice.ts";

/** Codes that clients of the API have reported. */
const API_CODES = [
  "err_xdk_invalid_signature",
  "err_developer_key",
  "err_xdk_binding_expired",
  "err_xdk_client_unauthorized",
  "err_xdk_operation_forbidden_for_address",
  "err_validation_null",
  "err_validation_blank",
  "err_validation_invalid_email_address",
  "err_deserialise",
  "err_folder_group_member_already_exists",
  "token_expired",
  "token_verification_failed",
  "Unauthorized Request",
  "unauthorized",
  "app_forbidden",
];

describe("adviceFor", () => {
  it.each([
    ...Object.keys(TOOL_CODES),
    ...API_CODES,
    "http_400",
    "http_404",
    "http_429",
    "http_503",
    "http_302",
  ])("has a meaning and a next step for %s", (code) => {
    const { meaning, todo } = adviceFor(code);
    expect(meaning).not.toContain("does not know");
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(todo).toMatch(/\.$/);
  });

  it.each(["err_never_seen", "", "toString", "__proto__", "http_5", "<script>"])(
    "says that it does not know %j",
    (code) => expect(adviceFor(code).meaning).toContain("does not know"),
  );
});

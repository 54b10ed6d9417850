/**
 * The class of a known API error code. A code that is not listed concerns the row.
 * Grades: R seen in recorded traffic, C read in several public clients, D official documentation.
 */
type CodeClass =
  /** Concerns the account, not the row: credentials, permission or binding. */
  | "account"
  /** Known to be transient, whatever the row. */
  | "transient"
  /** Concerns the row alone, even if the HTTP status points to the account. */
  | "row"
  /** A new access token is needed. */
  | "token-expired";

const CODE_CLASSES: Readonly<Record<string, CodeClass>> = {
  // R: HTTP 401, "0004 Invalid Signature". The keys are wrong, or the clock is.
  err_xdk_invalid_signature: "account",
  // C, and D as HTTP 418: the access key's binding has expired.
  err_xdk_binding_expired: "account",
  // C.
  err_xdk_client_unauthorized: "account",
  // C: the 2.0 gateway's.
  unauthorized: "account",
  // C: the 2.0 gateway's; the application lacks a permission.
  app_forbidden: "account",
  // R: HTTP 200, "App ID is invalid"; known to be intermittent.
  err_developer_key: "transient",
  // C: the 2.0 gateway's.
  token_verification_failed: "transient",
  // C: the 2.0 gateway sends this text in place of a code; transient like the one above.
  "Unauthorized Request": "transient",
  // R: "0003 Forbidden To Perform Operation For Address": no permission, or the address is not yet managed.
  err_xdk_operation_forbidden_for_address: "row",
  // C: the 2.0 gateway's, HTTP 401.
  token_expired: "token-expired",
};

/** The gateway's message for an error without a code, in any case and with or without a full stop. */
const UNAUTHORIZED_REQUEST = /^\s*unauthorized request\.?\s*$/i;

/** Returns the class of an error by its code or, if it has none, by the one message that is known. */
export function meaningOfError(error: {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}): CodeClass | undefined {
  const { code, message = "" } = error;
  if (code !== undefined) return classOf(code);
  return UNAUTHORIZED_REQUEST.test(message) ? "transient" : undefined;
}

/** Returns the class of a code, or undefined if the code is not known. */
export function classOf(code: string | undefined): CodeClass | undefined {
  return code !== undefined && Object.hasOwn(CODE_CLASSES, code) ? CODE_CLASSES[code] : undefined;
}

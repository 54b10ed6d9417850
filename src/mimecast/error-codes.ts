/**
 * What is known about the API's codes beyond "the row failed". A code that is not here is the row's own.
 * Grades: R seen in recorded traffic, C read in several public clients, D official documentation.
 */
type CodeClass =
  /** Credentials, permission or binding: the account, not the row. */
  | "account"
  /** Known to come and go, whatever the row. */
  | "passing"
  /** The row alone, also where the HTTP status would accuse the account. */
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
  err_developer_key: "passing",
  // C: the 2.0 gateway's.
  token_verification_failed: "passing",
  // C: what stands in the place of a code where the 2.0 gateway has none; passes like the one above.
  "Unauthorized Request": "passing",
  // R: "0003 Forbidden To Perform Operation For Address": no permission, or the address is not yet managed.
  err_xdk_operation_forbidden_for_address: "row",
  // C: the 2.0 gateway's, HTTP 401.
  token_expired: "token-expired",
};

/** The gateway's words for it where an error has no code, in any case and with or without a full stop. */
const UNAUTHORIZED_REQUEST = /^\s*unauthorized request\.?\s*$/i;

/** Returns what an error means, by its code or, where it has none, by the one message that is known. */
export function meaningOfError(error: {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}): CodeClass | undefined {
  const { code, message = "" } = error;
  if (code !== undefined) return classOf(code);
  return UNAUTHORIZED_REQUEST.test(message) ? "passing" : undefined;
}

export function classOf(code: string | undefined): CodeClass | undefined {
  return code !== undefined && Object.hasOwn(CODE_CLASSES, code) ? CODE_CLASSES[code] : undefined;
}

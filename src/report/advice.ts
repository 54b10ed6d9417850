import { TOOL_CODES, type ToolCode } from "../domain/failure.ts";

/** The known meaning of a code, and what to do about it. */
export interface Advice {
  readonly meaning: string;
  readonly todo: string;
}

const RUN_AGAIN = "Run the same command again.";
const FIX = "Fix the record in failed.csv and import that file.";
const CREDENTIALS =
  "Check the credentials, and that the application has the permission Directories | Groups | Edit.";

/** Steps to take for each of the tool's own codes. */
const TOOL_ADVICE: Readonly<Record<ToolCode, string>> = {
  misplaced_quote: `${FIX} Remove the quotation mark that the message shows, or correct it.`,
  swallowed_record: `${FIX} It holds records of several people: correct the quotation marks before you import it.`,
  ragged_row: `${FIX} A stray delimiter or quote is the usual cause.`,
  undecodable: "Save the file as UTF-8 in the program that wrote it, and import it again.",
  guessed_encoding:
    "Run the same command again with --encoding and the name of the file's encoding; the message says which one was assumed.",
  empty_cell: FIX,
  invalid_address: FIX,
  lost_character:
    "Export the file again with -Encoding UTF8, or put the letter back in failed.csv and import that file.",
  primary_mismatch:
    "Decide which of the two is the primary address, fix the record in failed.csv, and import that file.",
  unexpanded_list: "Export the file again with the command that the message shows.",
  truncated_list: "Export the file again with the command that the message shows: the list was cut off.",
  broken_list: `${FIX} Join the two parts that the line break separates.`,
  alias_is_primary: "Nothing needs to be set; remove the record, or fix the address that is wrong.",
  skipped_domain: "Nothing, if you want to skip the domain; otherwise leave it out of --skip-domain.",
  ambiguous_primary:
    "Decide which primary the alias belongs to, leave that record in failed.csv, and import that file.",
  duplicate_pair: "Nothing: the other row of the same pair counts.",
  in_place: "Nothing. --resend-before sends such rows again.",
  chain:
    "Check that the alias should have aliases of its own; --allow chain sends such rows. A primary that becomes an alias is usually a mistake in the file.",
  move: "Check that the alias should change its primary; --allow move sends such rows.",
  timeout: `${RUN_AGAIN} If the error persists, raise --timeout or lower --concurrency.`,
  connection_lost: `${RUN_AGAIN} If the error persists, check the network and the proxy.`,
  connection_refused: `Check the network, the proxy and the base URL or region. Then: ${RUN_AGAIN}`,
  host_not_found: `Check the name's spelling, the region and the network's DNS. Then: ${RUN_AGAIN}`,
  tls_failed: `If a proxy inspects TLS, set NODE_EXTRA_CA_CERTS to the file with its certificate. Then: ${RUN_AGAIN}`,
  invalid_response: `${RUN_AGAIN} If the error persists, check the network path: a proxy or a sign-in page may answer in place of Mimecast.`,
  invalid_credentials: CREDENTIALS,
  unspecified_error: "Read the message; give Mimecast's support the request id from results.csv.",
  interrupted: `${RUN_AGAIN} Setting an alias twice does no harm.`,
  not_sent: RUN_AGAIN,
};

const TOKEN_UNVERIFIED: Advice = {
  meaning: "The access token was not recognised. This error is known to come and go.",
  todo: `${RUN_AGAIN} If the error persists, check the credentials.`,
};

/** Advice for the API's codes. It names a cause only where one is documented. */
const API_ADVICE: Readonly<Record<string, Advice>> = {
  err_xdk_operation_forbidden_for_address: {
    meaning: "Mimecast does not allow the operation for this address.",
    todo: "If the first rows of a run have it, the application's role lacks the permission Directories | Groups | Edit: edit the role; the keys stay the same. If other rows succeed, the address is not yet managed by this account: check that its domain is an internal one.",
  },
  err_validation_invalid_email_address: { meaning: "Mimecast rejects it as an e-mail address.", todo: FIX },
  err_validation_null: { meaning: "Mimecast reports that a value is missing.", todo: FIX },
  err_validation_blank: { meaning: "Mimecast reports that a value is empty.", todo: FIX },
  err_deserialise: {
    meaning: "Mimecast could not read the request.",
    todo: "Look for unusual characters in the addresses; give Mimecast's support the request id from results.csv.",
  },
  err_folder_group_member_already_exists: {
    meaning: "The entry exists already.",
    todo: "If you want it so, --in-place-code err_folder_group_member_already_exists counts such rows as applied.",
  },
  err_xdk_invalid_signature: {
    meaning: "Mimecast refused the request's signature.",
    todo: "Check the application's keys and this machine's clock.",
  },
  err_xdk_binding_expired: {
    meaning: "The access key's binding has expired.",
    todo: "Renew the binding in the Mimecast console, then run the same command again.",
  },
  err_xdk_client_unauthorized: { meaning: "Mimecast refused the account.", todo: CREDENTIALS },
  unauthorized: { meaning: "Mimecast refused the account.", todo: CREDENTIALS },
  app_forbidden: {
    meaning: "Mimecast does not allow the application to do this.",
    todo: "If it lacks a product, make a new application, because products can't be changed once it is saved; it has new keys. If its role lacks the permission Directories | Groups | Edit, edit the role; the keys stay the same. Also check MIMECAST_BASE_URL.",
  },
  token_expired: {
    meaning: "The access token had expired, even after the tool renewed it.",
    todo: RUN_AGAIN,
  },
  err_developer_key: {
    meaning: "The application was not recognised. This error is known to come and go.",
    todo: `${RUN_AGAIN} If the error persists, check the application's id and keys.`,
  },
  token_verification_failed: TOKEN_UNVERIFIED,
  "Unauthorized Request": TOKEN_UNVERIFIED,
};

const UNKNOWN: Advice = {
  meaning: "This tool does not know this code of Mimecast's.",
  todo: "Read the message. If it says that the alias is set already, --in-place-code with this code counts such rows as applied; otherwise give Mimecast's support the request id from results.csv.",
};

/** Returns the advice for any code. Codes come from outside and are open-ended, so unknown ones get advice too. */
export function adviceFor(code: string): Advice {
  const own = toolCode(code);
  if (own !== undefined) return { meaning: `${capital(TOOL_CODES[own])}.`, todo: TOOL_ADVICE[own] };
  const known = Object.hasOwn(API_ADVICE, code) ? API_ADVICE[code] : adviceForStatus(code);
  return known ?? UNKNOWN;
}

function toolCode(code: string): ToolCode | undefined {
  const isOwn = (word: string): word is ToolCode => Object.hasOwn(TOOL_CODES, word);
  return isOwn(code) ? code : undefined;
}

/** Returns the advice for a code such as `http_503`, which stands for a response without a code of the API's. */
function adviceForStatus(code: string): Advice | undefined {
  const status = /^http_(\d{3})$/.exec(code)?.[1];
  if (status === undefined) return undefined;
  if (status === "429") return { meaning: "The quota was used up.", todo: RUN_AGAIN };
  if (status.startsWith("5")) {
    return {
      meaning: `The server answered ${status}. It is not known whether it set the alias.`,
      todo: `${RUN_AGAIN} Setting an alias twice does no harm.`,
    };
  }
  if (status.startsWith("3")) {
    return {
      meaning: `The server answered ${status}, a redirect.`,
      todo: "Check MIMECAST_BASE_URL, the region and the proxy.",
    };
  }
  if (status === "400") {
    return {
      meaning: "Mimecast refused the request without a code.",
      todo: "Read the message; give Mimecast's support the request id from results.csv.",
    };
  }
  return {
    meaning: `The server answered ${status} without a code.`,
    todo: `Read the message. If it names something in front of Mimecast, such as a proxy: ${RUN_AGAIN} Otherwise give Mimecast's support the request id from results.csv.`,
  };
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Why an attempt did not set an alias: a value, never thrown. */
export interface Failure {
  /** The API's own code, `http_<status>` where the API named none, or one of {@link TOOL_CODES}. */
  readonly code: string;
  /** One line for people. May come from outside: strip control characters before it reaches a terminal. */
  readonly message: string;
  /** Whether the same row may succeed when sent again unchanged. */
  readonly retryable: boolean;
}

/** The codes that this tool gives rows itself, each with what it means. The list is closed; docs name every one. */
export const TOOL_CODES = {
  misplaced_quote:
    "the record has a quotation mark inside an unquoted cell, or text behind a closing one, or it may be a part of such a record",
  swallowed_record: "a quoted cell holds other records: a quotation mark is missing or too many",
  ragged_row: "the record has more or fewer cells than the header",
  undecodable: "a cell holds bytes that are no text in the file's encoding",
  guessed_encoding: "an address has letters beyond ASCII, and the file's encoding is a guess",
  empty_cell: "one of the two addresses is missing",
  invalid_address: "a cell holds something that is no e-mail address",
  lost_character:
    "an address holds a ? or U+FFFD in place of a letter that was lost when the file was written",
  alias_is_primary: "alias and aliasFor are the same address",
  primary_mismatch: "the cell of addresses has an SMTP: entry that is not aliasFor",
  unexpanded_list: "a cell holds the name of a .NET type in the place of its addresses",
  truncated_list: "a cell holds a list of addresses that was cut short",
  broken_list: "a list of addresses has a part beside a line break that is not an address",
  skipped_domain: "the alias is in a domain that --skip-domain passes over",
  ambiguous_primary: "the input gives this alias to two primaries",
  duplicate_pair: "the input holds this pair already",
  in_place: "the ledger has this pair as applied",
  chain: "the alias is the primary of other aliases, or the primary is an alias itself",
  move: "the alias is in place, or may be, for another primary",
  timeout: "no complete answer came in time",
  connection_lost: "the connection broke before the whole answer was there",
  connection_refused: "no connection could be made",
  host_not_found: "the host's name could not be resolved",
  tls_failed: "the server's certificate or the TLS handshake was refused",
  invalid_response: "the answer is not what the API documents",
  invalid_credentials: "the token endpoint refused the credentials",
  unspecified_error: "the API reported a failure without a code",
  interrupted: "the run ended while the row was claimed, before its answer was on record",
  not_sent: "the run stopped before the row was sent",
} as const;

export type ToolCode = keyof typeof TOOL_CODES;

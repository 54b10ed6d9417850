/** The reason why an attempt did not set an alias. A value, never thrown. */
export interface Failure {
  /** The API's own code, `http_<status>` if the API gives none, or one of {@link TOOL_CODES}. */
  readonly code: string;
  /** One line of text. It may be external text: strip control characters before it reaches a terminal. */
  readonly message: string;
  /** True if the same row may succeed when it is sent again unchanged. */
  readonly retryable: boolean;
}

/** The codes that this tool itself gives rows, with their meanings. The list is closed, and the docs list every one. */
export const TOOL_CODES = {
  misplaced_quote:
    "the record has a quotation mark inside an unquoted cell or text after a closing one, or may be part of such a record",
  swallowed_record: "a quoted cell contains other records: a quotation mark is missing or surplus",
  ragged_row: "the record has more or fewer cells than the header",
  undecodable: "a cell has bytes that are not text in the file's encoding",
  guessed_encoding: "an address has letters beyond ASCII, and the file's encoding is a guess",
  empty_cell: "one of the two addresses is missing",
  invalid_address: "a cell holds something that is not an e-mail address",
  lost_character: "an address has a ? or U+FFFD in place of a letter that was lost when the file was written",
  alias_is_primary: "alias and aliasFor are the same address",
  primary_mismatch: "the cell of addresses has an SMTP: entry that is not aliasFor",
  unexpanded_list: "a cell holds the name of a .NET type instead of addresses",
  truncated_list: "a cell holds a list of addresses that was cut short",
  broken_list: "a list of addresses has text next to a line break that is not an address",
  skipped_domain: "the alias is in a domain that --skip-domain skips",
  ambiguous_primary: "the input gives this alias to two primaries",
  duplicate_pair: "the input has this pair already",
  in_place: "the ledger has this pair as applied",
  chain: "the alias is the primary of other aliases, or the primary is an alias itself",
  move: "the alias is in place, or may be, for another primary",
  timeout: "no complete response arrived in time",
  connection_lost: "the connection broke before the complete response arrived",
  connection_refused: "the connection could not be made",
  host_not_found: "the host's name could not be resolved",
  tls_failed: "the server's certificate was rejected, or the TLS handshake failed",
  invalid_response: "the response is not what the API documents",
  invalid_credentials: "the token endpoint rejected the credentials",
  unspecified_error: "the API reported a failure without a code",
  interrupted: "the run ended after the row was claimed and before its result was recorded",
  not_sent: "the run stopped before the row was sent",
} as const;

export type ToolCode = keyof typeof TOOL_CODES;

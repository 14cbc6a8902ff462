/** The room of the edge that an error is about: the headings of docs/errors.md, in this order. */
export const errorAreas = {
  options: 'Options of an edge',
  rules: 'Rules and expressions',
  visitors: 'Data on visitors',
  events: 'Events and their stores',
  serving: 'Listening and the origin',
  testing: 'Tests',
  commands: 'The command line',
} as const

export type ErrorArea = keyof typeof errorAreas

export interface ErrorEntry {
  area: ErrorArea
  /** What happened, one sentence. */
  meaning: string
  /** What to do about it, one sentence. */
  remedy: string
}

/**
 * Every code of an `EdgeError`. A new code is one row here; `npm run reference` writes it into docs/errors.md.
 *
 * Nothing imports this table at run time: `error.ts` takes the type alone, so that the entries do not carry the texts.
 */
export const errorCodes = {
  invalid_option: {
    area: 'options',
    meaning: 'An option of an edge or a mount is unknown, or its value is of the wrong kind.',
    remedy: 'Correct the option that the message names; docs/options.md lists all of them.',
  },
  invalid_body_limit: {
    area: 'options',
    meaning: '`body.limitBytes` or `body.timeoutMs` is not a whole number within its bounds.',
    remedy: 'Use a whole number up to the bound in the message.',
  },
  invalid_colo: {
    area: 'options',
    meaning: 'The data centre of Ray IDs (`colo`) is not three letters.',
    remedy: 'Use three letters, such as `LHR`.',
  },
  invalid_contact: {
    area: 'options',
    meaning: '`answers.contact` is not a link.',
    remedy: 'Use an `https:`, `http:` or `mailto:` URL; `::RAY_ID::` in it becomes the Ray ID.',
  },
  invalid_instance: {
    area: 'options',
    meaning:
      'The number that distinguishes edges with a common store (`instance`) is out of bounds.',
    remedy: 'Use a whole number from 0 to 255.',
  },
  invalid_page: {
    area: 'options',
    meaning: 'A page of your own is unreadable, too large, or has wrong tokens.',
    remedy: 'Correct the file that the message names; docs/answers.md lists the tokens.',
  },
  invalid_tests: {
    area: 'commands',
    meaning: 'A file of rule tests has mistakes; `diagnostics` has the place of each.',
    remedy: 'Correct the places that the message shows; docs/rule-tests.md lists the keys.',
  },
  invalid_personas: {
    area: 'options',
    meaning: 'A file of personas has mistakes; `diagnostics` has the place of each.',
    remedy: 'Correct each place; docs/personas.md describes the format.',
  },
  invalid_trust: {
    area: 'options',
    meaning: 'An entry of `trust` is neither a network nor a known name.',
    remedy: 'Use a network such as `192.0.2.0/24`, or `loopback`, `private` or `cloudflare`.',
  },
  cannot_edit: {
    area: 'rules',
    meaning: 'The rule cannot be edited at its place in the document.',
    remedy: 'Read the document again, or edit its text.',
  },
  edit_conflict: {
    area: 'rules',
    meaning: 'A rule document has changed since somebody began to edit it.',
    remedy: 'Compare both texts, and save again.',
  },
  file_not_found: {
    area: 'rules',
    meaning:
      'A file or directory with rules, personas or a saved response does not exist or is unreadable.',
    remedy: 'Check the path in the message; relative paths start at the working directory.',
  },
  unreadable: {
    area: 'rules',
    meaning: 'A rule file exists but is unreadable: wrong permissions, a device, or too large.',
    remedy: 'Make the file readable by this user, or shorten it.',
  },
  invalid_rules: {
    area: 'rules',
    meaning:
      'A rule document has mistakes, and no rules were loaded; `diagnostics` has the place of each mistake.',
    remedy: 'Correct each place; `edge1020 rules check FILE` shows them again.',
  },
  still_loading: {
    area: 'rules',
    meaning:
      'On the main entry, rules need a part of the edge that is not loaded: regular expressions, most functions, or rules of other products than custom rules.',
    remedy: 'Call `await loadAll()` before `rulesFromObjects()`.',
  },
  invalid_expression: {
    area: 'rules',
    meaning:
      'An expression of the Rules language has mistakes; `diagnostics` has the place of each.',
    remedy: 'Correct each place; `edge1020 eval` tries an expression on a request.',
  },
  invalid_regex: {
    area: 'rules',
    meaning: "Cloudflare's engine rejects this regular expression.",
    remedy:
      'Correct the part that the diagnostic marks; the syntax is that of Rust’s `regex` crate.',
  },
  invalid_wildcard: {
    area: 'rules',
    meaning: 'Cloudflare rejects this wildcard pattern, for example because of two stars in a row.',
    remedy: 'Correct the part that the diagnostic marks.',
  },
  invalid_list: {
    area: 'rules',
    meaning: 'A list of the option `lists` has a wrong name, kind or entry.',
    remedy: 'Correct the list and the entry that the message names.',
  },
  unknown_field: {
    area: 'rules',
    meaning:
      'A test override or a case of `eval` sets a field that the Rules language does not have.',
    remedy: 'Use a name of the Rules language, such as `ip.src.country`.',
  },
  invalid_request: {
    area: 'rules',
    meaning: 'The text of a request is no URL, curl command line, HAR file or HTTP request.',
    remedy: 'Correct what the message names; docs/explain.md lists the forms.',
  },
  wrong_attributes: {
    area: 'rules',
    meaning:
      'A trial names an attribute of a visitor (country, ASN, address …) that cannot be read.',
    remedy: 'Correct the attribute that the message names.',
  },
  wrong_case: {
    area: 'rules',
    meaning: 'A case of `edge1020 eval --ndjson` has a member of the wrong kind.',
    remedy: 'Correct the member that the message names; docs/eval.md describes a case.',
  },
  wrong_value: {
    area: 'rules',
    meaning: 'A case or a test override sets a field to a JSON value of the wrong type.',
    remedy: 'Use a value of the type that the message names.',
  },
  asn_failed: {
    area: 'visitors',
    meaning: 'A table of autonomous systems is unreadable or damaged.',
    remedy: 'Run `edge1020 update asn` again, or correct the file that the message names.',
  },
  bad_bot_range: {
    area: 'visitors',
    meaning:
      'A file with the networks of a bot is unreadable, or has an entry that is not a network.',
    remedy:
      'Correct the file that the message names: one network per line, or the JSON that operators of bots publish.',
  },
  unknown_bot: {
    area: 'visitors',
    meaning: 'The option has networks for a bot that this edge does not know.',
    remedy: 'Use one of the names in the message.',
  },
  download_failed: {
    area: 'visitors',
    meaning:
      'A download was refused, interrupted or has wrong content; the edge keeps the old data.',
    remedy: 'Try again; an interrupted download resumes at the same place.',
  },
  feed_missing: {
    area: 'visitors',
    meaning: 'The file of a reputation feed does not exist.',
    remedy: 'Run `edge1020 update feeds` with the same `--feed`, or check the path.',
  },
  invalid_feed: {
    area: 'visitors',
    meaning: 'The option for a reputation feed is wrong, or its file has no known format.',
    remedy:
      'Correct the option or the line that the message names; docs/feeds.md lists the formats.',
  },
  geo_failed: {
    area: 'visitors',
    meaning: 'Country data is missing, unreadable or damaged.',
    remedy: 'Install the package or correct the database that the message names.',
  },
  invalid_sink: {
    area: 'events',
    meaning: 'The name or an option of an event sink is wrong.',
    remedy: 'Use `ndjson:FILE`, or the URL of a collector.',
  },
  invalid_filter: {
    area: 'events',
    meaning:
      'A query of events has a limit that is out of bounds, or a value that can never match.',
    remedy: 'Correct the value that the message names.',
  },
  invalid_query: {
    area: 'events',
    meaning:
      'A query of events has an operator that its field does not support, a value of the wrong kind, or an impossible bound.',
    remedy: 'Correct the part that the message names; docs/events.md has all operators.',
  },
  unknown_event_field: {
    area: 'events',
    meaning: 'A query of events names a field that events do not have.',
    remedy: 'Use a name from docs/events.md: one of ours, or one of Logpush or GraphQL.',
  },
  invalid_store: {
    area: 'events',
    meaning:
      'The size of an event store (`capacity`, `maxEvents`) is not a whole number of at least 1.',
    remedy: 'Use a whole number of at least 1.',
  },
  store_closed: {
    area: 'events',
    meaning: 'The program used an event store after `close()`.',
    remedy: 'Close the edge last, after its server has stopped.',
  },
  store_failed: {
    area: 'events',
    meaning:
      'The edge cannot open or ask an event store, or cannot commit an event; visitors get their answers anyway.',
    remedy:
      'Free space or repair the path or the server that the message names; `stats.lost` counts the lost events.',
  },
  store_foreign: {
    area: 'events',
    meaning: 'The file of an event store is a database of another program.',
    remedy: 'Name another file; edge1020 does not change this database.',
  },
  store_not_found: {
    area: 'events',
    meaning: 'There is no event store at the path to read.',
    remedy:
      'Name the store of the edge with `--data` or `--store`, or the running edge with `--admin`; or start the edge first.',
  },
  store_read_only: {
    area: 'events',
    meaning: 'The program appended an event to a read-only store.',
    remedy: 'Open the store without `readOnly`.',
  },
  store_version: {
    area: 'events',
    meaning: 'Another version of edge1020 created this event store.',
    remedy: 'Move the file away, or use the version that created it.',
  },
  unknown_store: {
    area: 'events',
    meaning: 'The name of the event store is unknown.',
    remedy: 'Use `memory`, `none`, `sqlite:FILE` or `postgres://HOST/DATABASE`.',
  },
  certificate_out_of_date: {
    area: 'serving',
    meaning:
      'The certificate has expired or is not valid yet. The edge calls `onError` and keeps running.',
    remedy: 'Renew the certificate; the edge reads its file again when it changes.',
  },
  invalid_tls: {
    area: 'serving',
    meaning: 'A certificate or a private key is unreadable, or the two do not match.',
    remedy: 'Pass the certificate chain and its key as PEM.',
  },
  tls_resumption: {
    area: 'serving',
    meaning:
      'This version of Node cannot turn off the resumption of TLS sessions. The edge calls `onError` and keeps running.',
    remedy:
      'Expect other JA3 and JA4 values for resumed connections, or use another version of Node.',
  },
  invalid_host: {
    area: 'serving',
    meaning: 'The edge cannot listen on this address.',
    remedy: 'Use an address of this machine, such as `127.0.0.1` or `0.0.0.0`.',
  },
  invalid_port: {
    area: 'serving',
    meaning: 'A port is not a whole number from 0 to 65535.',
    remedy: 'Correct the port; 0 takes any free port.',
  },
  invalid_admin_token: {
    area: 'serving',
    meaning:
      'The token of the admin port is too short, too long, or has characters that a header cannot have.',
    remedy:
      'Use 16 to 512 letters, digits and `._~+/-=`. Without a token the edge creates one if it needs one.',
  },
  audit_failed: {
    area: 'serving',
    meaning:
      'The edge could not write the audit log of the admin port, and did not make the change.',
    remedy: 'Check the path, the permissions and the free space.',
  },
  port_forbidden: {
    area: 'serving',
    meaning: 'This user may not listen on this port.',
    remedy: 'Use a port above 1023, or grant the permission.',
  },
  port_in_use: {
    area: 'serving',
    meaning: 'Another program listens on this port.',
    remedy: 'Stop the other program, or use another port; 0 takes any free port.',
  },
  invalid_test: {
    area: 'testing',
    meaning: 'A call of a test edge or of its test routes has a wrong option, code or value.',
    remedy: 'Follow the message, or see docs/testing.md.',
  },
  no_event: {
    area: 'testing',
    meaning: 'The event that `waitForEvent` waits for did not come in time.',
    remedy: 'Compare the condition with the events that the message lists.',
  },
  invalid_upstream: {
    area: 'serving',
    meaning: 'The address of the origin is not a URL for requests.',
    remedy: 'Use only scheme, host and port, such as `http://localhost:3000`.',
  },
  origin_broke_off: {
    area: 'serving',
    meaning:
      'The origin ended its answer too early. The edge calls `onError` and closes the visitor’s connection.',
    remedy: 'Check the log of the origin.',
  },
  counters_failed: {
    area: 'serving',
    meaning:
      'The Redis server with the rate limit counters is unusable or does not answer. Until it does, the edge limits no requests.',
    remedy:
      'Start Redis or correct its address. The edge retries by itself, and `stats.counters.failedOpen` counts the requests.',
  },
  counters_full: {
    area: 'serving',
    meaning:
      'Too many keys are limited at once. The edge drops penalties early, starting with those that end first.',
    remedy: 'Raise `maxKeys` of the counters, or count by fewer values that visitors can invent.',
  },
  data_failed: {
    area: 'commands',
    meaning: 'The data directory is a file, or this user may not write into it.',
    remedy: 'Name another directory with `--data`, or grant the permission.',
  },
  input_failed: {
    area: 'commands',
    meaning: 'Standard input is unreadable.',
    remedy: 'Check the program or file that it comes from.',
  },
  log_failed: {
    area: 'commands',
    meaning: 'An access log is unreadable, or packed in a form that edge1020 does not unpack.',
    remedy: 'Check the path, or unpack the log: `xz -dc FILE | edge1020 replay - …`.',
  },
  log_format: {
    area: 'commands',
    meaning: 'The format of an access log is unknown, or a pattern for it has mistakes.',
    remedy:
      'Name the format with `--format`, or copy the pattern of the server’s configuration; docs/replay.md lists the formats.',
  },
  not_written: {
    area: 'commands',
    meaning: 'The command could not write a file.',
    remedy: 'Check the path, the permissions and the free space.',
  },
  request_failed: {
    area: 'commands',
    meaning: 'A URL did not answer a request of a command.',
    remedy: 'Check the URL and whether a server listens there.',
  },
  invalid_config: {
    area: 'commands',
    meaning:
      'A configuration (`edge1020.config.ts`) cannot be read, or a key or a value in it is wrong.',
    remedy: 'Correct the key that the message names; docs/config.md lists all of them.',
  },
  wrong_usage: {
    area: 'commands',
    meaning: 'A command, option or value of the command line is wrong; the exit code is 2.',
    remedy: 'Follow the message, or see `edge1020 COMMAND --help`.',
  },
} as const satisfies Record<string, ErrorEntry>

/** The stable `code` of an `EdgeError`. */
export type ErrorCode = keyof typeof errorCodes

/** Names of actions for people. */
export const ACTION_NAMES: Readonly<Record<string, string>> = {
  block: 'Block',
  log: 'Log',
  skip: 'Skip',
  allow: 'Allow',
  challenge: 'Interactive challenge',
  js_challenge: 'JS challenge',
  managed_challenge: 'Managed challenge',
  challenge_solved: 'Interactive challenge passed',
  js_challenge_solved: 'JS challenge passed',
  managed_challenge_solved: 'Managed challenge passed',
  challenge_failed: 'Challenge failed',
  origin_error: 'Origin error',
  no_zone: 'No zone',
}

/** Shorter names: in a row, the kind of challenge is a detail. */
export const SHORT_ACTION_NAMES: Readonly<Record<string, string>> = {
  ...ACTION_NAMES,
  challenge: 'Challenge',
  js_challenge: 'Challenge',
  managed_challenge: 'Challenge',
  challenge_solved: 'Passed',
  js_challenge_solved: 'Passed',
  managed_challenge_solved: 'Passed',
  challenge_failed: 'Failed',
}

/** The effect of an action on the visitor, in one word. */
export const ACTION_DONE: Readonly<Record<string, string>> = {
  block: 'Blocked',
  log: 'Logged',
  skip: 'Let through',
  allow: 'Let through',
  challenge: 'Challenged',
  js_challenge: 'Challenged',
  managed_challenge: 'Challenged',
  challenge_solved: 'Challenge passed',
  js_challenge_solved: 'Challenge passed',
  managed_challenge_solved: 'Challenge passed',
  challenge_failed: 'Challenge failed',
  origin_error: 'Origin failed',
  no_zone: 'No zone',
}

/** Products by the `source` of their events. */
export const SOURCE_NAMES: Readonly<Record<string, string>> = {
  firewallcustom: 'Custom rules',
  ratelimit: 'Rate limiting',
  uablock: 'User Agent Blocking',
  zonelockdown: 'Zone Lockdown',
  ip: 'IP Access',
  iprange: 'IP Access',
  asn: 'IP Access',
  country: 'IP Access',
  challenge: 'Challenges',
  origin: 'Origin',
  zone: 'Zones',
}

/** Names of an event's fields for people. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  action: 'Action',
  source: 'Product',
  'rule.id': 'Rule',
  'rule.name': 'Rule name',
  rule: 'Rule',
  ip: 'IP address',
  country: 'Country',
  asn: 'Network',
  asnName: 'Network name',
  userAgent: 'User agent',
  method: 'Method',
  host: 'Host',
  zone: 'Zone',
  path: 'Path',
  query: 'Query',
  protocol: 'Protocol',
  scheme: 'Scheme',
  status: 'Status',
  ja3: 'JA3',
  ja4: 'JA4',
  ray: 'Ray ID',
  colo: 'Data centre',
  expression: 'Expression',
  'reputation.score': 'Reputation score',
  kind: 'Kind',
  phasePath: 'Phases',
  'rule.hash': 'Rule hash',
  'answer.code': 'Error code',
  'answer.type': 'Content type of the answer',
  'referer.host': 'Host of the referer',
  'referer.path': 'Path of the referer',
  'bot.score': 'Bot score',
  'bot.category': 'Category of the bot',
}

export const OPERATOR_NAMES: Readonly<Record<string, string>> = {
  is: 'is',
  isNot: 'is not',
  in: 'is one of',
  contains: 'contains',
  startsWith: 'starts with',
  greater: 'is above',
  less: 'is below',
  inNetwork: 'is in',
}

/** Sources of visitor data by their role. */
export const DATA_ROLES: Readonly<Record<string, string>> = {
  country: 'Country data',
  place: 'Places',
  asn: 'Networks',
  feed: 'Feed',
  anonymous: 'Anonymous IPs',
  bots: 'Bots',
  unused: 'Not used',
}

import type { Lint } from './lint-type.ts'
import { agentNameCase } from './lints/agent-name-case.ts'
import { alwaysMatches } from './lints/always-matches.ts'
import { countryAllowList } from './lints/country-allow-list.ts'
import { coveredRule } from './lints/covered-rule.ts'
import { deadPart } from './lints/dead-part.ts'
import { deprecatedField } from './lints/deprecated-field.ts'
import { doubleEscape } from './lints/double-escape.ts'
import { duplicateRule } from './lints/duplicate-rule.ts'
import { emptyListUsed } from './lints/empty-list-used.ts'
import { emptySet } from './lints/empty-set.ts'
import { expressionLength } from './lints/expression-length.ts'
import { extensionForm } from './lints/extension-form.ts'
import { globInRegex } from './lints/glob-in-regex.ts'
import { headerNameCase } from './lints/header-name-case.ts'
import { hostForm } from './lints/host-form.ts'
import { invalidIgnore } from './lints/invalid-ignore.ts'
import { invertedScore } from './lints/inverted-score.ts'
import { letterCase } from './lints/letter-case.ts'
import { mappedAddress } from './lints/mapped-address.ts'
import { matchesAnything } from './lints/matches-anything.ts'
import { mixedOperators } from './lints/mixed-operators.ts'
import { neverMatches } from './lints/never-matches.ts'
import { nobodyLetIn } from './lints/nobody-let-in.ts'
import { notAWildcard } from './lints/not-a-wildcard.ts'
import { notEnforced } from './lints/not-enforced.ts'
import { notLoaded } from './lints/not-loaded.ts'
import { notOnCloudflare } from './lints/not-on-cloudflare.ts'
import { pathNotEncoded } from './lints/path-not-encoded.ts'
import { pathNotNormalized } from './lints/path-not-normalized.ts'
import { pathWithQuery } from './lints/path-with-query.ts'
import { pathWithoutSlash } from './lints/path-without-slash.ts'
import { placeholder } from './lints/placeholder.ts'
import { planAction } from './lints/plan-action.ts'
import { planField } from './lints/plan-field.ts'
import { planList } from './lints/plan-list.ts'
import { planRegex } from './lints/plan-regex.ts'
import { planRuleCount } from './lints/plan-rule-count.ts'
import { privateAddress } from './lints/private-address.ts'
import { queryNotEncoded } from './lints/query-not-encoded.ts'
import { regexInText } from './lints/regex-in-text.ts'
import { repeatedItem } from './lints/repeated-item.ts'
import { robotsName } from './lints/robots-name.ts'
import { starInText } from './lints/star-in-text.ts'
import { unknownContinent } from './lints/unknown-continent.ts'
import { unknownCountry } from './lints/unknown-country.ts'
import { unknownHttpVersion } from './lints/unknown-http-version.ts'
import { unknownList } from './lints/unknown-list.ts'
import { unknownMethod } from './lints/unknown-method.ts'
import { unknownValue } from './lints/unknown-value.ts'
import { unreadableFile } from './lints/unreadable-file.ts'
import { unusedIgnore } from './lints/unused-ignore.ts'
import { urlForm } from './lints/url-form.ts'
import { valueOutOfRange } from './lints/value-out-of-range.ts'
import { verifiedBots } from './lints/verified-bots.ts'
import { versionPrefix } from './lints/version-prefix.ts'
import { wrongListKind } from './lints/wrong-list-kind.ts'

/**
 * Every lint, in the order of the index. To add a lint, write a file in `lints/` and add a row here.
 */
export const LINTS: readonly Lint[] = [
  neverMatches,
  alwaysMatches,
  deadPart,
  coveredRule,
  duplicateRule,
  headerNameCase,
  letterCase,
  unknownCountry,
  unknownContinent,
  unknownMethod,
  unknownHttpVersion,
  unknownValue,
  hostForm,
  pathWithoutSlash,
  pathWithQuery,
  pathNotNormalized,
  pathNotEncoded,
  queryNotEncoded,
  urlForm,
  extensionForm,
  starInText,
  regexInText,
  globInRegex,
  doubleEscape,
  placeholder,
  matchesAnything,
  versionPrefix,
  agentNameCase,
  robotsName,
  valueOutOfRange,
  emptySet,
  emptyListUsed,
  unknownList,
  wrongListKind,
  repeatedItem,
  mappedAddress,
  mixedOperators,
  countryAllowList,
  verifiedBots,
  invertedScore,
  privateAddress,
  nobodyLetIn,
  deprecatedField,
  expressionLength,
  unreadableFile,
  notLoaded,
  notEnforced,
  notOnCloudflare,
  notAWildcard,
  planRuleCount,
  planRegex,
  planField,
  planAction,
  planList,
  unusedIgnore,
  invalidIgnore,
]

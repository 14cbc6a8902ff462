import { fieldFacts } from '../../language/fields.ts'
import { valueToJson } from '../../language/to-json.ts'
import type { Trial } from '../trial.ts'
import type { Atom } from './atoms.ts'
import type { Attribute, AttributeValue } from './attribute.ts'
import { AtomIndex, allExact, isNumber, OTHER_TEXT, textCandidates, unique } from './candidates.ts'
import type { ExplicitRequest } from './explicit.ts'
import {
  agentAttribute,
  HEADER_FIELDS,
  headerAttributes,
  methodAttribute,
  PATH_FIELD,
  pathAttribute,
  QUERY_FIELD,
  queryAttribute,
} from './request-attributes.ts'
import {
  asnAttribute,
  COUNTRY_FIELDS,
  challengeAttribute,
  countryAttribute,
  ipAttribute,
  withFrom,
} from './visitor-attributes.ts'

/** Fields that change from request to request, or belong to the site and not to the visitor. */
const FIXED =
  /^(?:http\.host|http\.request\.timestamp|http\.request\.body|cf\.(?:random_seed|ray_id|zone|edge|colo|hostname)|http\.response)/

const OWN_FIELDS = new Set([
  ...COUNTRY_FIELDS,
  ...Object.keys(HEADER_FIELDS),
  'ip.src.asnum',
  'ip.src',
  'http.user_agent',
  'http.request.method',
])

const COLLECTIONS = /^http\.request\.(?:headers|cookies|accepted_languages)/

const scalarCandidates = (
  kind: string,
  base: AttributeValue,
  atoms: readonly Atom[]
): AttributeValue[] => {
  if (kind === 'Bool') return [true, false]
  if (kind === 'Int') {
    return [0, 1, ...atoms.flatMap(({ values }) => values.filter(isNumber))]
  }
  return textCandidates(String(base ?? ''), atoms, [OTHER_TEXT, ''])
}

/** Every other field with one value: TLS fingerprints, bot scores, places and fields that only Cloudflare knows. */
const fieldAttributes = (index: AtomIndex, trial: Trial): Attribute[] => {
  const fields = unique(index.of(() => true).map(({ field }) => field))
  return fields.flatMap((field): Attribute[] => {
    const kind = fieldFacts.get(field)?.type.kind
    if (kind !== 'Bool' && kind !== 'Int' && kind !== 'Bytes') return []
    if (OWN_FIELDS.has(field) || PATH_FIELD.test(field) || QUERY_FIELD.test(field)) return []
    if (FIXED.test(field) || COLLECTIONS.test(field)) return []
    const base = valueToJson(trial.context.field(field)) as AttributeValue
    const own = index.of((atom) => atom.field === field)
    return [
      {
        name: field,
        fields: [field],
        value: base,
        isExact: allExact(own),
        candidates: unique(scalarCandidates(kind, base, own)),
        with: (request, value) =>
          withFrom(request, { fields: { ...request.from.fields, [field]: value } }),
      },
    ]
  })
}

/** Every attribute of a request that these comparisons depend on. */
export const attributesOf = (
  atoms: readonly Atom[],
  request: ExplicitRequest,
  trial: Trial
): Attribute[] => {
  const index = new AtomIndex(atoms)
  return [
    countryAttribute(index, request),
    asnAttribute(index, request),
    ipAttribute(index, request),
    agentAttribute(index, request),
    pathAttribute(index, request),
    queryAttribute(index, request),
    methodAttribute(index, request),
    ...headerAttributes(index, request),
    ...fieldAttributes(index, trial),
    ...(trial.zone.hasChallenges ? [challengeAttribute(request)] : []),
  ]
}

import { MAX_ASN } from '../../lists/asn.ts'
import { Ip, parseIp } from '../../lists/ip.ts'
import { isCountry } from '../../visitor/countries.ts'
import type { Attribute } from './attribute.ts'
import type { AtomIndex } from './candidates.ts'
import { allExact, isNumber, isText, unique } from './candidates.ts'
import type { ExplicitRequest } from './explicit.ts'

export const COUNTRY_FIELDS = ['ip.src.country', 'ip.src.continent', 'ip.src.is_in_european_union']

/**
 * Countries that rules rarely name, one from each continent, then further ones. The first country that no rule names
 * represents all others.
 */
const COUNTRIES = [
  'US CA MX',
  'DE FR PL',
  'CH GB NO',
  'BR AR CL',
  'JP IN KR',
  'AU NZ FJ',
  'ZA KE EG',
  'AQ',
  'XX',
  'T1',
].map((row) => row.split(' '))

/** Networks for documentation and private use: rules concern them only if they name them. */
const ADDRESSES = ['203.0.113.77', '198.51.100.77', '192.0.2.77', '8.8.4.4', '2001:db8::77']

const NUMBERS = [64_496, 64_511, 65_551]

export const withFrom = (request: ExplicitRequest, from: Partial<ExplicitRequest['from']>) => ({
  ...request,
  from: { ...request.from, ...from },
})

export const countryAttribute = (index: AtomIndex, { from }: ExplicitRequest): Attribute => {
  const atoms = index.of(({ field }) => COUNTRY_FIELDS.includes(field))
  // Continents have two letters too.
  const named = atoms
    .filter(({ field }) => field === 'ip.src.country')
    .flatMap(({ values }) => values.filter(isText))
    .filter(isCountry)
  const isNamed = new Set(named)
  const others = COUNTRIES.flatMap((row) => row.find((one) => !isNamed.has(one)) ?? [])
  return {
    name: 'country',
    fields: COUNTRY_FIELDS,
    value: from.country,
    isExact: allExact(atoms) && atoms.every(({ field }) => field === 'ip.src.country'),
    candidates: unique([...others, ...named]),
    with: (request, value) => withFrom(request, { country: String(value) }),
  }
}

export const asnAttribute = (index: AtomIndex, { from }: ExplicitRequest): Attribute => {
  const atoms = index.of(({ field }) => field === 'ip.src.asnum')
  const named = atoms
    .flatMap(({ values }) => values.filter(isNumber))
    .filter((asn) => asn >= 0 && asn <= MAX_ASN)
  const isNamed = new Set(named)
  const other = NUMBERS.find((asn) => !isNamed.has(asn)) ?? NUMBERS[0]!
  return {
    name: 'asn',
    fields: ['ip.src.asnum'],
    value: from.asn,
    isExact: allExact(atoms),
    candidates: unique([other, ...named]),
    with: (request, value) => withFrom(request, { asn: Number(value) }),
  }
}

export const ipAttribute = (index: AtomIndex, { from }: ExplicitRequest): Attribute => {
  const named = index
    .of(({ field }) => field === 'ip.src')
    .flatMap(({ values }) =>
      values.flatMap((value) =>
        value instanceof Ip ? [value.toString()] : isText(value) && parseIp(value) ? [value] : []
      )
    )
  return {
    name: 'ip',
    fields: ['ip.src', 'edge.ip_reputation.score', 'edge.ip_reputation.lists'],
    value: from.ip ?? null,
    isExact: false,
    candidates: unique([...ADDRESSES, ...named]),
    with: (request, value) => withFrom(request, value === null ? {} : { ip: String(value) }),
  }
}

export const challengeAttribute = ({ from }: ExplicitRequest): Attribute => ({
  name: 'challenge',
  fields: [],
  value: from.challenge ?? null,
  isExact: true,
  candidates: ['pass', null],
  with: ({ from: { challenge: _, ...others }, ...request }, value) => ({
    ...request,
    from: value === null ? others : { ...others, challenge: 'pass' },
  }),
})

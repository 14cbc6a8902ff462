import { countryName, isCountry } from '../visitor/countries.ts'

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** Every code that a rule may name, with its name. */
export const countries: readonly (readonly [code: string, name: string])[] = [
  ...LETTERS.flatMap((first) => LETTERS.map((second) => first + second)),
  'T1',
].flatMap((code) => (isCountry(code) ? [[code, countryName(code)] as const] : []))

export const continents: Readonly<Record<string, string>> = {
  AF: 'Africa',
  AN: 'Antarctica',
  AS: 'Asia',
  EU: 'Europe',
  NA: 'North America',
  OC: 'Oceania',
  SA: 'South America',
  T1: 'Tor',
}

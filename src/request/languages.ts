const MAX_WEIGHT = 1

/** 0 for a weight that is none: a language that nobody can say how much is wanted of is not offered. */
const weightOf = (parameters: readonly string[]): number => {
  const weight = parameters.find((parameter) => /^q=/i.test(parameter))
  if (weight === undefined) return MAX_WEIGHT
  const number = Number(weight.slice(2))
  return Number.isFinite(number) ? Math.min(number, MAX_WEIGHT) : 0
}

/**
 * Language tags of Accept-Language, heaviest first. Equal weights keep their order; `*` and what has the weight 0 (not
 * wanted, RFC 9110 §12.4.2) is left out.
 *
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/fields/reference/http.request.accepted_languages/
 */
export const acceptedLanguages = (header: string): string[] =>
  header
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((text) => text.trim())
      return { tag, weight: weightOf(parameters) }
    })
    .filter(({ tag, weight }) => tag !== '' && tag !== '*' && weight > 0)
    .sort((x, y) => y.weight - x.weight)
    .map(({ tag }) => tag)

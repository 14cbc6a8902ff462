// The engine's own tests also lex parts that are no expression by themselves. Each part is put where an expression has one, and
// the place of an error is told from there.
const NUMBER = 'Int'
const TEXT = 'Bytes'
const ADDRESS = 'Ip'

const PLACES = {
  BytesExpr: { type: TEXT, before: 'x eq ' },
  i64: { type: NUMBER, before: 'x eq ' },
  IntRange: { type: NUMBER, before: 'x in {', after: '}' },
  IpRange: { type: ADDRESS, before: 'x in {', after: '}' },
  ListName: { type: NUMBER, before: 'x in ' },
  Regex: { type: TEXT, before: 'x matches ' },
  Wildcard: { type: TEXT, before: 'x wildcard ' },
  'Regex pattern (not lexed)': { type: TEXT, before: 'x matches r"', after: '"' },
}

/** What stands where in an expression, with the fields that it needs; the part itself where it is an expression. */
export const placed = ({ target, expr, rest = '' }, fields) => {
  const part = rest !== '' && expr.endsWith(rest) ? expr.slice(0, -rest.length) : expr
  // A field on its own may be of any type, and an index needs something to be the index of.
  if (target === 'FieldIndex')
    return { source: `x[${part}]`, fields: { x: 'Array<Bool>' }, shift: 2 }
  const place = PLACES[target]
  if (place === undefined) return { source: part, fields, shift: 0 }
  const { before, after = '' } = place
  return { source: `${before}${part}${after}`, fields: { x: place.type }, shift: before.length }
}

// The functions that the engine's own tests declare for themselves, by the names of their schemes. Some share a name with a
// function of the Rules language and do something else.
export const testFunctions = (names, schemeName, { arrayOf, BOOL, BYTES, INT }) => {
  const parameter = (types, kind = 'field', optional = false) => ({
    name: 'argument',
    types,
    kind,
    optional,
  })
  const bytes = parameter([BYTES])
  const literal = (type, optional) => parameter([type], 'literal', optional)
  const lower = ([text]) => text.toLowerCase()
  const joined = (args) => args.map((text) => text ?? '').join('')
  const all = {
    lowercase: { parameters: [bytes], returns: BYTES, evaluate: lower },
    lower: { parameters: [bytes], returns: BYTES, evaluate: lower },
    uppercase: { parameters: [bytes], returns: BYTES, evaluate: ([text]) => text.toUpperCase() },
    len: { parameters: [bytes], returns: INT, evaluate: ([text]) => text.length },
    concat_fields: { parameters: [bytes, bytes], returns: BYTES, evaluate: joined },
    filter: {
      parameters: [parameter(['Array']), parameter([arrayOf(BOOL)])],
      returns: ([type]) => type,
      evaluate: ([items, kept]) => items.filter((_, i) => kept[i]),
    },
    regex_replace: {
      parameters: [bytes, literal(BYTES), literal(BYTES)],
      returns: BOOL,
      evaluate: () => true,
    },
    array: { parameters: [bytes], returns: arrayOf(BYTES), evaluate: ([text]) => [...text] },
    array2: {
      parameters: [bytes],
      returns: arrayOf(arrayOf(BYTES)),
      evaluate: ([text]) => [[...text]],
    },
    concat:
      schemeName === 'field_expr'
        ? {
            parameters: [parameter([BYTES], 'field', true), literal(BYTES, true)],
            returns: BYTES,
            missing: 'handle',
            evaluate: joined,
          }
        : {
            parameters: [parameter([BYTES, 'Array'], 'any'), parameter([BYTES, 'Array'], 'any')],
            rest: parameter([BYTES, 'Array'], 'any'),
            returns: ([type]) => type,
            missing: 'handle',
            evaluate: joined,
          },
    echo: {
      parameters:
        schemeName === 'function_expr' ? [bytes, literal(INT, true), literal(INT, true)] : [bytes],
      returns: BYTES,
      evaluate: ([text]) => text,
    },
  }
  return names.map((name) => ({ name, ...all[name] }))
}

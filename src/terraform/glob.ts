/**
 * A pattern of `fileset` as a regular expression: `*` and `?` within a name, `**` over folders, `{a,b}` and `[abc]`.
 *
 * Source: https://developer.hashicorp.com/terraform/language/functions/fileset
 */
export const globPattern = (pattern: string): RegExp => {
  let source = ''
  let braces = 0
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    if (char === '*' && pattern[i + 1] === '*') {
      i++
      if (pattern[i + 1] === '/') {
        i++
        source += '(?:[^/]+/)*'
      } else source += '.*'
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '{') {
      braces++
      source += '(?:'
    } else if (char === '}' && braces > 0) {
      braces--
      source += ')'
    } else if (char === ',' && braces > 0) source += '|'
    else if (char === '[') {
      const end = pattern.indexOf(']', i + 1)
      if (end === -1) source += '\\['
      else {
        const inner = pattern
          .slice(i + 1, end)
          .replace(/^!/, '^')
          .replaceAll('\\', '\\\\')
        source += `[${inner}]`
        i = end
      }
    } else source += char.replace(/[.+^$()|\\\]{}]/g, '\\$&')
  }
  return new RegExp(`^${source}${')'.repeat(braces)}$`)
}

import type { EvalOptions, EvalResult } from './eval.ts'
import { evaluateCase } from './eval.ts'

const evaluateLine = (line: string, options: EvalOptions): EvalResult => {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (error) {
    const message = `not a line of JSON: ${(error as Error).message}`
    return { id: null, ok: false, error: { code: 'bad_json', message } }
  }
  return evaluateCase(json, options)
}

/**
 * Evaluates one case a line; gives one result for each line that is not blank, in order, as soon as its line is whole. A
 * line with a mistake gives a result that says so, and the rest goes on.
 *
 * @param chunks UTF-8, cut anywhere
 */
export async function* evaluateLines(
  chunks: AsyncIterable<Uint8Array | string>,
  options: EvalOptions = {}
): AsyncGenerator<EvalResult> {
  const decoder = new TextDecoder()
  let begun = ''
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = (begun + text).split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield evaluateLine(line, options)
  }
  begun += decoder.decode()
  if (begun.trim() !== '') yield evaluateLine(begun, options)
}

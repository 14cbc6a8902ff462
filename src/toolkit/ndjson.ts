import type { EvalOptions, EvalResult } from './eval.ts'
import { evaluateCase } from './eval.ts'
import { parseLossless, printLossless } from './lossless-json.ts'

const failed = (code: string, message: string): EvalResult => ({
  id: null,
  ok: false,
  error: { code, message },
})

const evaluateText = (line: string, options: EvalOptions): EvalResult => {
  let json: unknown
  try {
    json = parseLossless(line)
  } catch (error) {
    return failed('bad_json', `not a line of JSON: ${(error as Error).message}`)
  }
  return evaluateCase(json, options)
}

const evaluateLine = (line: string, options: EvalOptions): string => {
  const result = evaluateText(line, options)
  try {
    return printLossless(result)
  } catch {
    // Only an id can be nested this deep: every other member has a type.
    return printLossless(failed('too_deep', 'the id of the case is nested too deep to repeat it'))
  }
}

/**
 * Evaluates one case on each line. Returns one result as JSON for each non-blank line, in order, as soon as the line is
 * complete. A line with a mistake gives a result with its problem, and the evaluation continues.
 *
 * @param chunks UTF-8, cut anywhere
 */
export async function* evaluateLines(
  chunks: AsyncIterable<Uint8Array | string>,
  options: EvalOptions = {}
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  // Parts of the unfinished line, joined when it is complete: a long line comes in many chunks.
  let begun: string[] = []
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (!text.includes('\n')) {
      begun.push(text)
      continue
    }
    const lines = (begun.join('') + text).split('\n')
    begun = [lines.pop() ?? '']
    for (const line of lines) if (line.trim() !== '') yield evaluateLine(line, options)
  }
  const last = begun.join('') + decoder.decode()
  if (last.trim() !== '') yield evaluateLine(last, options)
}

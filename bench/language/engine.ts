// What the benchmark needs of the sources, bundled when it starts: most of it is not in the package's public API.
import { contextLayout, RequestContext } from '../../src/context.ts'
import { compileRules } from '../../src/language/compile/rules.ts'
import { compile } from '../../src/language/compile.ts'
import { customRuleScheme } from '../../src/language/defaults.ts'
import type { Expression } from '../../src/language/expression.ts'
import type { Context, Value } from '../../src/language/types.ts'
import { wholeLanguage } from '../../src/language/whole.ts'
import { parseIp } from '../../src/lists/ip.ts'
import { createRays } from '../../src/ray.ts'
import { readRequest } from '../../src/request/request.ts'

wholeLanguage()

export interface BenchRequest {
  method: string
  host: string
  path: string
  query: string
  userAgent: string
  country: string
  asn: number
  ip: string
  headers: Record<string, string>
}

export const compileAll = (sources: readonly string[]): Expression[] =>
  sources.map((source) => compile(source, { scheme: customRuleScheme }))

/** Values by slot, ready: what is measured is the language and nothing else. */
class Prepared implements Context {
  readonly #values: readonly (Value | undefined)[]

  constructor(values: readonly (Value | undefined)[]) {
    this.#values = values
  }

  get(slot: number): Value | undefined {
    return this.#values[slot]
  }
}

export const prepared = (request: BenchRequest): Context => {
  const values = new Array<Value | undefined>(customRuleScheme.slots.length).fill(undefined)
  const set = (name: string, value: Value | undefined) => {
    values[customRuleScheme.slot(name)] = value
  }
  set('http.request.method', request.method)
  set('http.host', request.host)
  set('http.request.uri.path', request.path)
  set('http.request.uri.query', request.query)
  set('http.user_agent', request.userAgent)
  set('ip.src.country', request.country)
  set('ip.src.asnum', request.asn)
  set('ip.src', parseIp(request.ip))
  set(
    'http.request.headers',
    new Map(Object.entries(request.headers).map(([name, value]) => [name, [value]]))
  )
  return new Prepared(values)
}

export const addressNumber = (ip: string): number => parseIp(ip)!.d

/** A function that gives a request the context it has in production: everything is read anew from the raw request. */
export const fresh = (expressions: readonly Expression[]) => {
  const layout = contextLayout([...new Set(expressions.flatMap(({ fields }) => fields))])
  const ray = createRays({}).next()
  const connection = {}
  return (request: BenchRequest) => {
    const { method, path, query, headers, country, asn, ip } = request
    const raw = {
      method,
      url: query === '' ? path : `${path}?${query}`,
      rawHeaders: Object.entries(headers).flat(),
      httpVersion: '1.1',
    }
    const address = parseIp(ip)
    return () =>
      new RequestContext(
        layout,
        readRequest(raw, true, ray.timeMs),
        { ip: address, ipText: ip, country, asn } as never,
        connection,
        ray
      )
  }
}

/** Whether any rule matches, one rule after the other. */
export const oneByOne =
  (expressions: readonly Expression[]) =>
  (context: Context): boolean => {
    for (const expression of expressions) if (expression.matches(context)) return true
    return false
  }

/** Whether any rule matches, as the edge asks it. */
export const judgeOf = (expressions: readonly Expression[]) => {
  const matching = compileRules(
    expressions,
    expressions.map(() => true)
  )
  return (context: Context): boolean => matching(context).length > 0
}

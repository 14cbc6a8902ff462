import type { OpenAPIObject, OperationObject, ParameterObject } from 'openapi3-ts/oas31'
import { OpenApiBuilder } from 'openapi3-ts/oas31'
import packageJson from '../../package.json' with { type: 'json' }
import { type EventField, eventFields } from '../events/fields.ts'
import type { Operator } from '../events/query.ts'
import { OPERATORS_OF } from '../events/settle.ts'
import type { Route, RouteParameter } from './route.ts'
import { schemas } from './schemas.ts'
import { SESSION_COOKIE } from './session-cookie.ts'
import { testSchemas } from './test-schemas.ts'

/** Statuses that every route can return: those of the gate, and 500 for unexpected errors. */
const ALWAYS = [401, 403, 429, 500]

const conditionNames = (field: EventField): [string, EventField, Operator][] =>
  OPERATORS_OF[field.type].map((operator) => [
    operator === 'is' ? field.name : `${field.name}.${operator}`,
    field,
    operator,
  ])

const isNumber = ({ type }: EventField, operator: Operator): boolean =>
  type === 'number' && operator !== 'in'

/** Returns one parameter for each field and operator. The three queries for events share them. */
const conditions = (): [key: string, parameter: ParameterObject][] =>
  eventFields.flatMap(conditionNames).map(([name, field, operator]) => [
    name,
    {
      name,
      in: 'query',
      description: `events whose ${field.name} ${operator}: ${operator === 'in' ? 'values, separated by commas' : 'this value'}`,
      schema: { type: isNumber(field, operator) ? 'integer' : 'string' },
    },
  ])

const parameterOf = ({
  name,
  in: place,
  description,
  example,
}: RouteParameter): ParameterObject => ({
  name,
  in: place,
  description,
  required: place === 'path',
  ...(example === undefined ? {} : { example }),
  schema: { type: 'string' },
})

const contentOf = (type: string, schema: string | undefined) => ({
  [type]: {
    schema:
      schema === undefined
        ? { type: 'string' as const }
        : { $ref: `#/components/schemas/${schema}` },
  },
})

const operationOf = (route: Route): OperationObject => {
  const { result, problems = [], parameters = [], open = false } = route
  const problem = {
    description: 'a problem document',
    content: contentOf('application/problem+json', 'Problem'),
  }
  const statuses = [...new Set([...problems, ...ALWAYS])].sort((x, y) => x - y)
  const names = route.takesConditions === true ? conditions().map(([key]) => key) : []
  return {
    summary: route.summary,
    ...(open ? { security: [] } : {}),
    parameters: [
      ...parameters.map(parameterOf),
      ...names.map((key) => ({ $ref: `#/components/parameters/${key}` })),
    ],
    ...(route.takes === undefined
      ? {}
      : { requestBody: { content: contentOf(route.takes.type, route.takes.schema) } }),
    responses: {
      [String(result.status ?? 200)]: {
        description: result.description,
        ...(result.status === 303
          ? {}
          : { content: contentOf(result.type ?? 'application/json', result.schema) }),
      },
      ...Object.fromEntries(statuses.map((status) => [String(status), problem])),
    },
  }
}

/**
 * Returns the description of the admin API, made from the table of routes and the fields of an event with their operators.
 *
 * Source: https://spec.openapis.org/oas/v3.1.0
 */
export const describeApi = (all: readonly Route[]): OpenAPIObject => {
  const routes = all.filter(({ isPage }) => isPage !== true)
  const builder = OpenApiBuilder.create()
    .addOpenApiVersion('3.1.0')
    .addInfo({
      title: 'edge1020: the admin port',
      version: packageJson.version,
      description:
        'Events, metrics, health and changes of one edge. docs/admin.md describes the access to this port.',
    })
    .addServer({ url: '/' })
    .addSecurityScheme('bearer', { type: 'http', scheme: 'bearer' })
    .addSecurityScheme('session', { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE })
  const hasTests = routes.some(({ path }) => path.startsWith('/api/test/'))
  const known = hasTests ? { ...schemas, ...testSchemas } : schemas
  for (const [name, schema] of Object.entries(known)) builder.addSchema(name, schema)
  for (const [key, parameter] of conditions()) builder.addParameter(key, parameter)
  for (const path of new Set(routes.map((route) => route.path))) {
    const own = routes.filter((route) => route.path === path)
    builder.addPath(
      path,
      Object.fromEntries(own.map((route) => [route.method.toLowerCase(), operationOf(route)]))
    )
  }
  // A port without a token requires neither credential, so the empty requirement makes both optional.
  return { ...builder.getSpec(), security: [{ bearer: [] }, { session: [] }, {}] }
}

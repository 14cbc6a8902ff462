import type { DocumentNode, ExecutionResult } from 'graphql'
import { execute, GraphQLError, Kind, parse, validate, visit } from 'graphql'
import { EdgeError } from '../../error.ts'
import type { Context } from './schema.ts'
import { FILTER_TYPE, schema } from './schema.ts'

const MAX_TOKENS = 2_000
const MAX_FIELDS = 300
/** Introspection queries of clients have thirteen levels. */
const MAX_DEPTH = 16
const MAX_LOOKS = 10
const MAX_ERRORS = 10

export interface Question {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null
  readonly operationName?: string | null
}

/** Cloudflare's names for the types of variables, which scripts use, and the names here. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  String: 'string',
  Int: 'uint64',
  int: 'uint64',
  uint16: 'uint64',
  uint32: 'uint64',
  [`Zone${FILTER_TYPE}`]: FILTER_TYPE,
  ZoneFirewallEventsAdaptiveGroupsFilter_InputObject: FILTER_TYPE,
}

const withOwnTypes = (document: DocumentNode): DocumentNode =>
  visit(document, {
    VariableDefinition: (definition) =>
      visit(definition, {
        NamedType: (type) => {
          const value = TYPE_NAMES[type.name.value]
          return value === undefined ? undefined : { ...type, name: { ...type.name, value } }
        },
      }),
  })

/**
 * Checks the number of fields and the depth before validation, whose cost grows faster than the text. It counts them as written and
 * does not expand fragments.
 */
const checkSize = (document: DocumentNode): void => {
  let fields = 0
  let depth = 0
  visit(document, {
    Field: {
      enter: (node) => {
        fields++
        depth++
        if (fields > MAX_FIELDS) {
          throw new GraphQLError(`more than ${MAX_FIELDS} fields`, { nodes: node })
        }
        if (depth > MAX_DEPTH) {
          throw new GraphQLError(`fields nest deeper than ${MAX_DEPTH} levels`, { nodes: node })
        }
      },
      leave: () => {
        depth--
      },
    },
  })
}

const refused = (errors: readonly GraphQLError[]): ExecutionResult => ({ data: null, errors })

/** Returns the error for the caller. Errors of the edge also go to `onError`; their message is neutral unless they are EdgeErrors. */
const shownError = (error: GraphQLError, onError: (error: unknown) => void): GraphQLError => {
  const { originalError: cause } = error
  if (cause === undefined || cause instanceof GraphQLError) return error
  const isTheirs =
    cause instanceof EdgeError && ['invalid_query', 'unknown_event_field'].includes(cause.code)
  if (!isTheirs) onError(cause)
  const { nodes, path } = error
  const code = cause instanceof EdgeError ? cause.code : 'internal'
  const message =
    cause instanceof EdgeError ? cause.message : 'the edge failed to create the answer'
  return new GraphQLError(message, { nodes, path, extensions: { code } })
}

const budget = (): (() => void) => {
  let looks = 0
  return () => {
    if (++looks > MAX_LOOKS) {
      throw new EdgeError('invalid_query', `more than ${MAX_LOOKS} datasets in one query`)
    }
  }
}

/**
 * Answers a query of Cloudflare's GraphQL API with the events of this edge. The size, the depth and the number of store lookups
 * are limited.
 *
 * @param options.zones names of the declared zones; their events are those of the zone tag with the same name
 * @param options.onError gets errors that the caller did not cause
 */
export const answerGraphql = async (
  { query, variables, operationName }: Question,
  {
    store,
    zones,
    onError,
  }: Pick<Context, 'store' | 'zones'> & { readonly onError: (error: unknown) => void }
): Promise<ExecutionResult> => {
  let document: DocumentNode
  try {
    document = withOwnTypes(parse(query, { maxTokens: MAX_TOKENS }))
    checkSize(document)
  } catch (error) {
    if (error instanceof GraphQLError) return refused([error])
    throw error
  }
  const mistakes = validate(schema, document, undefined, { maxErrors: MAX_ERRORS })
  if (mistakes.length > 0) return refused(mistakes)
  if (document.definitions.every(({ kind }) => kind !== Kind.OPERATION_DEFINITION)) {
    return refused([new GraphQLError('the query has no operation')])
  }
  const { data = null, errors } = await execute({
    schema,
    document,
    variableValues: variables ?? undefined,
    operationName: operationName ?? undefined,
    contextValue: { store, zones, spend: budget() } satisfies Context,
  })
  return { data, ...(errors && { errors: errors.map((error) => shownError(error, onError)) }) }
}

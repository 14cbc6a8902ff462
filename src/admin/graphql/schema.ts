import type { GraphQLFieldConfig, GraphQLInputFieldConfig, GraphQLResolveInfo } from 'graphql'
import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { EdgeError } from '../../error.ts'
import type { EventStore, SecurityEvent } from '../../events/event.ts'
import fieldTable from '../../events/fields.json' with { type: 'json' }
import { type EventField, eventFields } from '../../events/fields.ts'
import { type Group, groupEvents, listEvents, shownValue } from './events.ts'
import { type Filter, isList, selectionOf, suffixesOf } from './filter.ts'

/** The context of one query. */
export interface Context {
  readonly store: Pick<EventStore, 'page' | 'top'>
  /** The names of the declared zones; empty if the rules declare none. */
  readonly zones: readonly string[]
  /** Called before each store lookup. Throws if one query makes too many. */
  spend(): void
}

const DEFAULT_LIMIT = 100

const asText = (value: unknown) => String(value)
const asNumber = (value: unknown): number => {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new TypeError(`expected a whole number, got ${value}`)
  return number
}

/** Returns one of Cloudflare's scalars. Numbers and strings are equivalent: `403` and `"403"` are the same status. */
const scalar = (name: string, read: (value: unknown) => string | number): GraphQLScalarType =>
  new GraphQLScalarType({
    name,
    serialize: read,
    parseValue: read,
    parseLiteral: (node) => {
      if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.ENUM) {
        return read(node.value)
      }
      throw new TypeError(`${name} cannot be a ${node.kind}`)
    },
  })

const STRING = scalar('string', asText)
const NUMBER = scalar('uint64', asNumber)
const TIME = scalar('Time', asText)
const DATE = scalar('Date', asText)

const inGraphql = eventFields.flatMap((field) =>
  field.graphql === undefined ? [] : [{ ...field, graphql: field.graphql }]
)
type NamedField = EventField & { readonly graphql: string }

const typeOf = ({ name, type }: EventField): GraphQLScalarType => {
  if (name === 'day') return DATE
  if (type === 'time' || type === 'bucket') return TIME
  return type === 'number' && name !== 'asn' ? NUMBER : STRING
}

/** Cloudflare's fields that events here lack but that have the same value for every event. */
const CONSTANTS: Readonly<Record<string, number>> = { sampleInterval: 1 }
const absent = fieldTable.notHere.filter((name) => /^[a-z]/.test(name))

const EVENT = new GraphQLObjectType<SecurityEvent, Context>({
  name: 'ZoneFirewallEventsAdaptive',
  fields: {
    ...Object.fromEntries(
      absent.map((name): [string, GraphQLFieldConfig<SecurityEvent, Context>] => [
        name,
        {
          type: name in CONSTANTS ? NUMBER : STRING,
          description:
            'a field of Cloudflare that events of this edge do not have: null, except for `sampleInterval`',
          resolve: () => CONSTANTS[name] ?? null,
        },
      ])
    ),
    ...Object.fromEntries(
      inGraphql.map((field): [string, GraphQLFieldConfig<SecurityEvent, Context>] => [
        field.graphql,
        {
          type: new GraphQLNonNull(typeOf(field)),
          resolve: (event) => shownValue(field, field.read(event)),
        },
      ])
    ),
  },
})

const DIMENSIONS = new GraphQLObjectType<Group['dimensions'], Context>({
  name: 'ZoneFirewallEventsAdaptiveGroupsDimensions',
  fields: Object.fromEntries(
    inGraphql.map((field) => [field.graphql, { type: new GraphQLNonNull(typeOf(field)) }])
  ),
})

const GROUP = new GraphQLObjectType<Group, Context>({
  name: 'ZoneFirewallEventsAdaptiveGroups',
  fields: {
    count: { type: new GraphQLNonNull(NUMBER) },
    dimensions: { type: DIMENSIONS },
  },
})

const filterMembers = (field: NamedField): [string, GraphQLInputFieldConfig][] =>
  suffixesOf(field).map((suffix) => {
    const type = typeOf(field)
    return [
      `${field.graphql}${suffix}`,
      { type: isList(suffix) ? new GraphQLList(new GraphQLNonNull(type)) : type },
    ]
  })

export const FILTER_TYPE = 'FirewallEventsAdaptiveFilter_InputObject'
const FILTER: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: FILTER_TYPE,
  fields: () => ({
    ...Object.fromEntries(inGraphql.flatMap(filterMembers)),
    AND: { type: new GraphQLList(new GraphQLNonNull(FILTER)) },
  }),
})

const order = (name: string, fields: readonly string[]) =>
  new GraphQLEnumType({
    name,
    values: Object.fromEntries(
      fields.flatMap((field) => [`${field}_ASC`, `${field}_DESC`]).map((value) => [value, {}])
    ),
  })

interface Arguments {
  readonly filter?: Filter | null
  readonly limit?: number | null
  readonly orderBy?: readonly string[] | null
}

const argumentsOf = (orderBy: GraphQLEnumType) => ({
  filter: { type: FILTER },
  limit: { type: NUMBER },
  orderBy: { type: new GraphQLList(new GraphQLNonNull(orderBy)) },
})

const settings = ({ limit, orderBy }: Arguments) => ({
  limit: limit ?? DEFAULT_LIMIT,
  orderBy: orderBy ?? [],
})

/** Returns the names of fields in a selection and its fragments. It visits each fragment once. */
const namesIn = (
  set: SelectionSetNode | undefined,
  info: GraphQLResolveInfo,
  seen: Set<string> = new Set()
): SelectionSetNode[] =>
  (set?.selections ?? []).flatMap((selection): SelectionSetNode[] => {
    if (selection.kind === Kind.FIELD) {
      return selection.name.value === 'dimensions' && selection.selectionSet !== undefined
        ? [selection.selectionSet]
        : []
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return namesIn(selection.selectionSet, info, seen)
    const name = selection.name.value
    if (seen.has(name)) return []
    seen.add(name)
    return namesIn(info.fragments[name]?.selectionSet, info, seen)
  })

const fieldsIn = (
  set: SelectionSetNode | undefined,
  info: GraphQLResolveInfo,
  seen: Set<string> = new Set()
): string[] =>
  (set?.selections ?? []).flatMap((selection): string[] => {
    if (selection.kind === Kind.FIELD) {
      return selection.name.value.startsWith('__') ? [] : [selection.name.value]
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet, info, seen)
    const name = selection.name.value
    if (seen.has(name)) return []
    seen.add(name)
    return fieldsIn(info.fragments[name]?.selectionSet, info, seen)
  })

const dimensionsOf = (info: GraphQLResolveInfo): string[] => [
  ...new Set(
    info.fieldNodes
      .flatMap(({ selectionSet }) => namesIn(selectionSet, info))
      .flatMap((set) => fieldsIn(set, info))
  ),
]

/** A zone of a query. Without `name`, it has the events of all hosts. */
interface QueriedZone {
  readonly zoneTag: string
  readonly name?: string
}

/** Returns the events that a filter selects in a zone; nothing if none can match. */
const selectionIn = ({ name }: QueriedZone, filter: Filter | null | undefined) => {
  const selection = selectionOf(filter)
  if (selection === undefined || name === undefined) return selection
  const inZone = { field: 'zone', operator: 'is', value: name } as const
  return { ...selection, where: [...(selection.where ?? []), inZone] }
}

const ZONE = new GraphQLObjectType<QueriedZone, Context>({
  name: 'zone',
  fields: {
    zoneTag: { type: STRING },
    firewallEventsAdaptive: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(EVENT))),
      args: argumentsOf(order('ZoneFirewallEventsAdaptiveOrderBy', ['datetime'])),
      resolve: (zone, given: Arguments, { store, spend }) => {
        spend()
        return listEvents(store, selectionIn(zone, given.filter), settings(given))
      },
    },
    firewallEventsAdaptiveGroups: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GROUP))),
      args: argumentsOf(
        order('ZoneFirewallEventsAdaptiveGroupsOrderBy', [
          'count',
          ...inGraphql.map(({ graphql }) => graphql),
        ])
      ),
      resolve: (zone, given: Arguments, { store, spend }, info) => {
        spend()
        const dimensions = dimensionsOf(info)
        const selection = selectionIn(zone, given.filter)
        return groupEvents(store, selection, { ...settings(given), dimensions })
      },
    },
  },
})

const ZONE_FILTER = new GraphQLInputObjectType({
  name: 'ZoneFilter',
  fields: {
    zoneTag: { type: STRING },
    zoneTag_in: { type: new GraphQLList(new GraphQLNonNull(STRING)) },
  },
})

/** The tag of all zones together. */
const ALL_ZONES = 'edge1020'
const MOST_NAMED = 10

interface ZoneFilter {
  readonly zoneTag?: string | null
  readonly zoneTag_in?: readonly string[] | null
}

/**
 * Returns the zones of a query. A declared zone has its name as its tag, in any case. Without declared zones, the edge is one zone,
 * whose tag can be any text.
 *
 * @throws EdgeError `invalid_query` if zones are declared and none has the tag
 */
const zonesOf = (filter: ZoneFilter | null | undefined, zones: Context['zones']): QueriedZone[] => {
  const { zoneTag, zoneTag_in: several } = filter ?? {}
  const tags = zoneTag == null ? (several ?? [ALL_ZONES]) : [zoneTag]
  if (zones.length === 0) return [{ zoneTag: tags[0] ?? ALL_ZONES }]
  return [...new Set(tags)].map((tag) => {
    if (tag === ALL_ZONES) return { zoneTag: tag }
    const name = zones.find((zone) => zone.toLowerCase() === tag.toLowerCase())
    if (name !== undefined) return { zoneTag: name, name }
    const named = zones.slice(0, MOST_NAMED).join(', ')
    const more = zones.length > MOST_NAMED ? ` and ${zones.length - MOST_NAMED} more` : ''
    throw new EdgeError(
      'invalid_query',
      `zoneTag ${JSON.stringify(tag)}: expected the name of a zone (${named}${more}), or ${ALL_ZONES} for all events`
    )
  })
}

const VIEWER = new GraphQLObjectType<object, Context>({
  name: 'viewer',
  fields: {
    zones: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(ZONE))),
      args: { filter: { type: ZONE_FILTER }, limit: { type: NUMBER } },
      resolve: (_, { filter }: { filter?: ZoneFilter | null }, { zones }) => zonesOf(filter, zones),
    },
  },
})

/**
 * The part of Cloudflare's GraphQL Analytics API for firewall events.
 *
 * Source: https://developers.cloudflare.com/analytics/graphql-api/tutorials/querying-firewall-events/
 */
export const schema = new GraphQLSchema({
  query: new GraphQLObjectType<unknown, Context>({
    name: 'Query',
    fields: { viewer: { type: VIEWER, resolve: () => ({}) } },
  }),
})

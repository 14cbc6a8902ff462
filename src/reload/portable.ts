import type { PageChoice } from '../answers/answer.ts'
import type { OwnPage } from '../answers/own-page.ts'
import { optionsOf } from '../language/compile/tree.ts'
import type { Lists } from '../language/compile.ts'
import { compile } from '../language/compile.ts'
import { defaultScheme } from '../language/defaults.ts'
import type { Expression, ListUse } from '../language/expression.ts'
import type { PreparedList } from '../lists/named.ts'
import { preparedOf } from '../lists/named.ts'
import { UNLIMITED } from '../rules/generated.ts'
import { LazyExpression } from '../rules/lazy-expression.ts'
import { joinLists } from '../rules/lists.ts'
import type { Lockdown } from '../rules/products/lockdowns.ts'
import type { RateLimit } from '../rules/products/rate-limits.ts'
import type { Rule } from '../rules/rule.ts'

/** An expression without its functions. */
export interface PortableExpression {
  readonly source: string
  /** The fields of an expression that compiles at its first use. */
  readonly lazyFields?: readonly string[]
  /** Numbers of the lists that it uses. Lists from elsewhere, such as feeds, have none. */
  readonly lists: readonly (ListUse & { readonly number: number })[]
}

export interface PortablePage extends Omit<PageChoice, 'template'> {
  /** The file of the owner's page. */
  readonly file?: string
}

interface PortableCharacteristic {
  readonly source: string
  readonly expression?: PortableExpression
}

/** A rule without functions, which one thread can send to another. */
export type PortableRule = Omit<Rule, 'expression' | 'page'> & {
  readonly expression: PortableExpression
  readonly page?: PortablePage
  readonly locked?: PortableExpression
  readonly countingExpression?: PortableExpression
  readonly characteristics?: readonly PortableCharacteristic[]
}

/** Whole rules of any product. */
type AnyRule = Rule &
  Partial<Pick<Lockdown, 'locked'>> &
  Partial<Pick<RateLimit, 'countingExpression' | 'characteristics'>>

export const setOf = (lists: Lists | undefined, { name, kind }: Pick<ListUse, 'name' | 'kind'>) =>
  kind === 'ip' ? lists?.ip?.(name) : kind === 'asn' ? lists?.int?.(name) : lists?.string?.(name)

/** Takes rules apart. `numbers` gets each list that they use. */
export const packer = (numbers: Map<PreparedList, number>) => {
  const numberOf = (list: PreparedList): number => {
    const number = numbers.get(list) ?? numbers.size
    numbers.set(list, number)
    return number
  }
  const packed = (expression: Expression): PortableExpression => {
    const { source } = expression
    if (expression instanceof LazyExpression) {
      return { source, lazyFields: expression.fields, lists: [] }
    }
    const lists = optionsOf(expression)?.lists
    return {
      source,
      lists: expression.listUses.flatMap((use) => {
        const list = preparedOf(setOf(lists, use))
        return list === undefined ? [] : [{ ...use, number: numberOf(list) }]
      }),
    }
  }
  const packPage = ({ template, ...page }: PageChoice): PortablePage => ({
    ...page,
    ...(template === undefined ? {} : { file: template.name }),
  })
  const packRule = (rule: Rule): PortableRule => {
    const { expression, page, locked, countingExpression, characteristics, ...plain } =
      rule as AnyRule
    return {
      ...plain,
      expression: packed(expression),
      ...(page === undefined ? {} : { page: packPage(page) }),
      ...(locked === undefined ? {} : { locked: packed(locked) }),
      ...(countingExpression === undefined
        ? {}
        : { countingExpression: packed(countingExpression) }),
      ...(characteristics === undefined
        ? {}
        : {
            characteristics: characteristics.map(({ source, expression: value }) => ({
              source,
              ...(value === undefined ? {} : { expression: packed(value) }),
            })),
          }),
    }
  }
  return { packRule, packPage }
}

/** Lists of two zones can have one name, so a number identifies each here. */
export const OPENED = 'list'

/** The surroundings that turn portable rules into whole ones again. */
export interface UnpackOptions {
  /** By their numbers; each has one list with the name `OPENED`. */
  readonly opened: readonly Lists[]
  /** Lists from elsewhere. */
  readonly others: Lists | undefined
  readonly readPage: (file: string) => OwnPage
}

/** Puts rules together again. Another thread has checked them, so their expressions compile without limits and in every phase. */
export const unpacker = ({ opened, others, readPage }: UnpackOptions) => {
  const unpacked = (
    { source, lazyFields, lists: used }: PortableExpression,
    expect: 'Bool' | 'any' = 'Bool'
  ): Expression => {
    if (lazyFields !== undefined) return new LazyExpression(source, lazyFields)
    const find = (name: string, kind: ListUse['kind']) => {
      const use = used.find((one) => one.name === name && one.kind === kind)
      return use && opened[use.number]
    }
    const own: Lists = {
      ip: (name) => find(name, 'ip')?.ip?.(OPENED),
      int: (name) => find(name, 'asn')?.int?.(OPENED),
      string: (name) => find(name, 'hostname')?.string?.(OPENED),
    }
    const lists = used.length === 0 ? others : joinLists(own, others ?? {})
    return compile(source, {
      scheme: defaultScheme,
      limits: UNLIMITED,
      expect,
      ...(lists === undefined ? {} : { lists }),
    })
  }
  const unpackPage = ({ file, ...page }: PortablePage): PageChoice => ({
    ...page,
    ...(file === undefined ? {} : { template: readPage(file) }),
  })
  const unpackRule = (rule: PortableRule): Rule => {
    const { expression, page, locked, countingExpression, characteristics, ...plain } = rule
    const whole: AnyRule = {
      ...plain,
      expression: unpacked(expression),
      ...(page === undefined ? {} : { page: unpackPage(page) }),
      ...(locked === undefined ? {} : { locked: unpacked(locked) }),
      ...(countingExpression === undefined
        ? {}
        : { countingExpression: unpacked(countingExpression) }),
      ...(characteristics === undefined
        ? {}
        : {
            characteristics: characteristics.map(({ source, expression: value }) => ({
              source,
              ...(value === undefined ? {} : { expression: unpacked(value, 'any') }),
            })),
          }),
    }
    return whole
  }
  return { unpackRule, unpackPage }
}

/** Finds the mutants of a TypeScript file: single small faults, each a replacement of a stretch of its text. */
import ts from 'typescript'

const { SyntaxKind: K } = ts

/** Operator → its replacements. */
const BINARY = new Map([
  [K.EqualsEqualsEqualsToken, ['!==']],
  [K.ExclamationEqualsEqualsToken, ['===']],
  [K.LessThanToken, ['<=', '>=']],
  [K.LessThanEqualsToken, ['<', '>']],
  [K.GreaterThanToken, ['>=', '<=']],
  [K.GreaterThanEqualsToken, ['>', '<']],
  [K.PlusToken, ['-']],
  [K.MinusToken, ['+']],
  [K.AsteriskToken, ['/']],
  [K.SlashToken, ['*']],
  [K.PercentToken, ['*']],
  [K.AsteriskAsteriskToken, ['*']],
  [K.AmpersandToken, ['|']],
  [K.BarToken, ['&']],
  [K.LessThanLessThanToken, ['>>']],
  [K.GreaterThanGreaterThanGreaterThanToken, ['<<']],
  [K.AmpersandAmpersandToken, ['||']],
  [K.BarBarToken, ['&&']],
  [K.QuestionQuestionToken, ['&&']],
  [K.InKeyword, []],
  [K.InstanceOfKeyword, []],
])

const ASSIGNMENTS = new Map([
  [K.PlusEqualsToken, '-='],
  [K.MinusEqualsToken, '+='],
  [K.BarEqualsToken, '&='],
  [K.QuestionQuestionEqualsToken, '='],
])

const PREFIX = new Map([
  [K.PlusPlusToken, '--'],
  [K.MinusMinusToken, '++'],
])

/** Only what runs is mutated: types are gone by then. */
const isType = (node) =>
  ts.isTypeNode(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node) ||
  ts.isModuleDeclaration(node) ||
  ts.isTypeParameterDeclaration(node)

/** The `if`, `while`, `for` and `?:` whose condition a node is. */
const isCondition = (node) => {
  const { parent } = node
  return (
    ((ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node) ||
    ((ts.isForStatement(parent) || ts.isConditionalExpression(parent)) && parent.condition === node)
  )
}

/** A block of one `return` or `throw`: without that it is empty. */
const isOneMutated = ({ statements: [only, ...more] }) =>
  more.length === 0 &&
  ((ts.isReturnStatement(only) && only.expression !== undefined) || ts.isThrowStatement(only))

const isPropertyName = (node) => {
  const { parent } = node
  return (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent)) && parent.name === node
}

/**
 * @param file its name, for the positions
 * @param text its source
 * @returns in the order of the text: `{ line, column, start, end, replacement, kind }`
 */
export const mutantsOf = (file, text) => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const mutants = []

  const add = (kind, start, end, replacement) => {
    const { line, character } = source.getLineAndCharacterOfPosition(start)
    mutants.push({ kind, line: line + 1, column: character + 1, start, end, replacement })
  }
  const replace = (kind, node, replacement) =>
    add(kind, node.getStart(source), node.getEnd(), replacement)

  const visit = (node) => {
    if (isType(node)) return

    const isBranch = isCondition(node)
    const isLiteralCondition = node.kind === K.TrueKeyword || node.kind === K.FalseKeyword
    if (isBranch && !isLiteralCondition) {
      // `while (true)` and `for (;true;)` hang, and say nothing of the tests.
      if (!ts.isWhileStatement(node.parent) && !ts.isForStatement(node.parent)) {
        replace('condition', node, 'true')
      }
      replace('condition', node, 'false')
    }

    if (ts.isBinaryExpression(node)) {
      const { operatorToken, left } = node
      const assignment = ASSIGNMENTS.get(operatorToken.kind)
      if (assignment !== undefined) {
        replace('assignment', operatorToken, assignment)
      }
      for (const operator of BINARY.get(operatorToken.kind) ?? []) {
        // `a ?? b` becomes `a`: `&&` would be a type error, and means the same fault.
        if (operatorToken.kind === K.QuestionQuestionToken) {
          add('fallback', left.getEnd(), node.getEnd(), '')
        } else if (isBranch && (operator === '!==' || operator === '===')) {
          // `true` and `false` are two mutants of this condition already; the negated one dies with either.
        } else {
          replace('operator', operatorToken, operator)
        }
      }
    }

    if (ts.isPrefixUnaryExpression(node)) {
      if (node.operator === K.ExclamationToken) {
        if (!isBranch) add('negation', node.getStart(source), node.operand.getStart(source), '')
      } else if (node.operator === K.MinusToken) {
        add('sign', node.getStart(source), node.operand.getStart(source), '')
      }
    }
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      const opposite = PREFIX.get(node.operator)
      if (opposite !== undefined) {
        const start = ts.isPrefixUnaryExpression(node)
          ? node.getStart(source)
          : node.operand.getEnd()
        add('update', start, start + 2, opposite)
      }
    }

    if (node.kind === K.TrueKeyword) replace('boolean', node, 'false')
    if (node.kind === K.FalseKeyword) replace('boolean', node, 'true')

    if (
      (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) &&
      !isPropertyName(node)
    ) {
      replace('string', node, node.text === '' ? "'mutated'" : "''")
    }
    if (ts.isTemplateExpression(node)) replace('string', node, '``')

    if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) {
      const { parent } = node
      const isTarget = ts.isBinaryExpression(parent) && parent.left === node
      if (!isTarget) replace('array', node, '[]')
    }
    if (ts.isObjectLiteralExpression(node) && node.properties.length > 0) {
      replace('object', node, '{}')
    }
    if (ts.isSpreadAssignment(node)) replace('spread', node, '...{}')

    if (ts.isBlock(node) && node.statements.length > 0 && !isOneMutated(node)) {
      replace('block', node, '{}')
    }
    if (ts.isReturnStatement(node) && node.expression !== undefined) {
      replace('return', node.expression, 'undefined')
    }
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body) && node.body.kind !== K.Identifier) {
      replace('return', node.body, 'undefined')
    }
    if (ts.isThrowStatement(node)) replace('throw', node, ';')
    if (ts.isExpressionStatement(node)) {
      const inner = node.expression
      const isDirective = ts.isStringLiteral(inner)
      const isSuper = ts.isCallExpression(inner) && inner.expression.kind === K.SuperKeyword
      const isOnlyStatement = ts.isBlock(node.parent) && node.parent.statements.length === 1
      if (!isDirective && !isSuper && !isOnlyStatement) replace('statement', node, ';')
    }
    if (node.kind === K.BreakStatement || node.kind === K.ContinueStatement) {
      replace('statement', node, ';')
    }

    if (ts.isAwaitExpression(node)) {
      add('await', node.getStart(source), node.expression.getStart(source), '')
    }
    if (node.questionDotToken !== undefined && !ts.isPropertySignature(node)) {
      const { questionDotToken } = node
      const replacement = ts.isPropertyAccessExpression(node) ? '!.' : '!'
      add('optional', questionDotToken.getStart(source), questionDotToken.getEnd(), replacement)
    }

    if (ts.isNumericLiteral(node) && !isPropertyName(node)) {
      replace('number', node, node.text === '1' ? '2' : `(${node.getText(source)} + 1)`)
    }

    ts.forEachChild(node, visit)
  }

  ts.forEachChild(source, visit)
  return mutants.filter(({ start, end, replacement }) => text.slice(start, end) !== replacement)
}

/** The text with one mutant in it. */
export const mutate = (text, { start, end, replacement }) =>
  text.slice(0, start) + replacement + text.slice(end)

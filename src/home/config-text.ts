import {
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'

/** A place in a text, as editors count: from 1. */
export interface TextPlace {
  line: number
  column: number
}

/** The members of a JSON text, each with its place. Comments and trailing commas are allowed. */
export class ConfigText {
  /** The value; undefined when the text is not valid JSON. */
  readonly value: unknown
  /** The mistakes that make the text no valid JSON, each as what to do. */
  readonly faults: { offset: number; remedy: string }[]
  /** The names that stand twice in one object. */
  readonly repeated: { path: (string | number)[]; offset: number }[] = []
  readonly #text: string
  readonly #root: Node | undefined

  constructor(text: string) {
    this.#text = text.replace(/^\uFEFF/, '')
    const errors: ParseError[] = []
    this.#root = parseTree(this.#text, errors, { allowTrailingComma: true })
    this.faults = errors.map(({ error, offset }) => ({ offset, remedy: remedyOf(error) }))
    if (this.#root && errors.length === 0) this.value = this.#valueOf(this.#root, [])
  }

  /** Returns the line and column of an offset. */
  placeOf(offset: number): TextPlace {
    const before = this.#text.slice(0, offset)
    const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1
    return { line: before.split(/\r\n|\r|\n/).length, column: offset - lineStart + 1 }
  }

  /** Returns where a value begins; undefined when there is none at this path. */
  offsetOf(path: readonly PropertyKey[]): number | undefined {
    return this.#find(path)?.offset
  }

  /** Returns where the name of a member begins. */
  offsetOfName(path: readonly PropertyKey[], name: string): number | undefined {
    return propertiesOf(this.#find(path)).find(([key]) => key.value === name)?.[0].offset
  }

  #find(path: readonly PropertyKey[]): Node | undefined {
    let node = this.#root
    for (const step of path) {
      if (typeof step === 'number')
        node = node?.type === 'array' ? node.children?.[step] : undefined
      // The last one counts, as it does for the value.
      else node = propertiesOf(node).findLast(([key]) => key.value === step)?.[1]
    }
    return node
  }

  /** Unlike the library's own, it keeps a member named `__proto__`, so that it can be refused. */
  #valueOf(node: Node, path: (string | number)[]): unknown {
    if (node.type === 'array')
      return (node.children ?? []).map((child, i) => this.#valueOf(child, [...path, i]))
    if (node.type !== 'object') return getNodeValue(node)
    const object = {}
    for (const [key, value] of propertiesOf(node)) {
      const name: string = key.value
      if (Object.hasOwn(object, name))
        this.repeated.push({ path: [...path, name], offset: key.offset })
      Object.defineProperty(object, name, {
        value: this.#valueOf(value, [...path, name]),
        configurable: true,
        enumerable: true,
        writable: true,
      })
    }
    return object
  }
}

function propertiesOf(node: Node | undefined): [key: Node, value: Node][] {
  if (node?.type !== 'object') return []
  return (node.children ?? []).flatMap(({ children }) =>
    children?.[0] && children[1] ? [[children[0], children[1]] as [Node, Node]] : [],
  )
}

const REMEDIES: Record<string, string> = {
  InvalidSymbol: 'Put texts in "quotation marks", or correct this word.',
  InvalidNumberFormat: 'Correct this number.',
  PropertyNameExpected: 'Write a name in "quotation marks" here.',
  ValueExpected: 'Write a value here.',
  ColonExpected: 'Write a colon here.',
  CommaExpected: 'Write a comma before this.',
  CloseBraceExpected: 'Write a closing } here.',
  CloseBracketExpected: 'Write a closing ] here.',
  EndOfFileExpected: 'Remove what stands behind the settings.',
  UnexpectedEndOfComment: 'Close the comment with */.',
  UnexpectedEndOfString: 'Close the text with a quotation mark.',
  InvalidUnicode: 'Correct this \\u escape: it needs four hexadecimal digits.',
  InvalidEscapeCharacter: 'Write a backslash twice.',
  InvalidCharacter: 'Write control characters in texts as escapes, such as \\n.',
}

function remedyOf(error: number): string {
  return REMEDIES[printParseErrorCode(error)] ?? 'Correct the text here.'
}

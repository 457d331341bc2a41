/** The examples of docs/log-format.md, made from the test vectors. */
import type { Vectors } from './log-vectors.ts'

type Example = (vectors: Vectors) => string

const short = (record: string): string => `${record.slice(0, 116)}…`

const EXAMPLES: Record<string, Example> = {
  chain: ({ records }) => `Hashes of the first records in the vectors:

\`\`\`
${short(records[0]!.record)}
SHA-256 of these ${records[0]!.record.length} bytes: ${records[0]!.sha256}

${short(records[1]!.record)}
SHA-256 of these ${records[1]!.record.length} bytes: ${records[1]!.sha256}
\`\`\``,

  tree: ({ records, nodes, checkpoints }) => {
    const node = nodes.find(({ height, index }) => height === 1 && index === 0)!
    return `\`\`\`
leaf 0                     ${records[0]!.leaf}
leaf 1                     ${records[1]!.leaf}
SHA-256(01 ‖ leaf 0 ‖ leaf 1)
  = root of 2 leaves       ${node.hash}
root of 7 leaves           ${checkpoints.find(({ size }) => size === 7)!.root}
\`\`\`

The root of 7 leaves is the node of the root of the leaves 0 to 3 and the root of the leaves 4 to 6.
That is the node of the root of 4 and 5, and leaf 6 as it is.`
  },

  checkpoint: ({ checkpoints, keys }) => `\`\`\`
${checkpoints.find(({ size }) => size === 7)!.note}\`\`\`

It is signed by the key \`${keys.log.vkey}\`.`,

  value: ({ sealedValue }) => `\`\`\`
identity          ${sealedValue.identity}
its 32 bytes      ${sealedValue.secret}
key of values     ${sealedValue.key}
associated data   ${sealedValue.associatedData}
$sealed           ${sealedValue.sealed}
  nonce           ${sealedValue.nonce}
  plain text      ${sealedValue.plain}
\`\`\``,
}

const MARKED = /(<!-- example: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g

/** Returns the page with its examples made anew. Throws for an example that nobody knows. */
export function writeExamples(page: string, vectors: Vectors): string {
  return page.replace(MARKED, (_, begin: string, name: string, end: string) => {
    const example = EXAMPLES[name]
    if (example === undefined) throw new Error(`There is no example ${name}.`)
    return `${begin}${example(vectors)}\n${end}`
  })
}

/** Returns the names of the examples in a page. */
export function examplesOf(page: string): string[] {
  return [...page.matchAll(MARKED)].map((match) => match[2] as string)
}

/** Returns the names of all examples. */
export const allExamples = (): string[] => Object.keys(EXAMPLES)

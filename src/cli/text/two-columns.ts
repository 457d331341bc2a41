import { type Style, wrap } from './style.ts'
import { displayWidth } from './text-width.ts'

/** Formats names and texts in two columns. On a terminal, a long text takes several lines. */
export function twoColumns(rows: readonly (readonly string[])[], { columns }: Style): string {
  const first = Math.max(...rows.map(([name = '']) => displayWidth(name)))
  return rows
    .flatMap(([name = '', text = '']) =>
      wrap(text, columns - first - 2)
        .split('\n')
        .map((line, index) => `${(index === 0 ? name : '').padEnd(first)}  ${line}`.trimEnd()),
    )
    .join('\n')
}

import type { By } from '../../../contract/by.ts'
import { foreign, type Html, html } from './html.ts'
import type { Section } from './section.ts'

/** Longer tables are folded away on a screen. */
const MOST_ROWS = 20

/** Renders somebody. */
export function whoIs({ texts }: Section, { side, client, user }: By): Html {
  return foreign(texts.who(side, client, user))
}

/** Renders a table. */
export function table(columns: readonly string[], rows: readonly Html[]): Html {
  const heads = columns.map((name) => html`<th scope="col">${name}</th>`)
  return html`<div class="table"><table><thead><tr>${heads}</tr></thead><tbody>
${rows}</tbody></table></div>`
}

/** Renders a table, folded away when it is long. */
export function longTable(
  { texts }: Section,
  columns: readonly string[],
  rows: readonly Html[],
): Html {
  const whole = table(columns, rows)
  return rows.length > MOST_ROWS ? fold(texts.stretches.all(rows.length), whole) : whole
}

/** Folds something away. On paper it is shown. */
export function fold(summary: string, content: Html): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`
}

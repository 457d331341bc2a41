import { foreign, type Html, html } from './html.ts'
import type { ReportTag } from './report-model.ts'
import type { Section } from './section.ts'
import { fold, longTable, table, whoIs } from './tables.ts'

/** Renders the tags with who has set them; those of the recorder itself folded away. */
export function tagsSection(section: Section): Html {
  const { model, texts } = section
  const { tags: words } = texts
  const isTechnical = ({ key }: ReportTag): boolean => key.startsWith('system.')
  const row = (tag: ReportTag): Html => tagRow(section, tag)
  const own = model.tags.filter((tag) => !isTechnical(tag)).map(row)
  const technical = model.tags.filter(isTechnical).map(row)
  return html`<section><h2>${words.heading}</h2>
${own.length === 0 ? html`<p>${words.none}</p>` : longTable(section, words.columns, own)}
${technical.length === 0 ? null : fold(words.technical(technical.length), table(words.columns, technical))}</section>`
}

function tagRow(section: Section, { key, value, at, by, isCurrent }: ReportTag): Html {
  const { texts, formats } = section
  const former = isCurrent ? null : html` <span class="soft">(${texts.tags.former})</span>`
  return html`<tr><th scope="row">${foreign(key)}</th><td class="${isCurrent ? 'value' : 'value former'}">${foreign(String(value))}${former}</td><td>${whoIs(section, by)}</td><td class="time">${formats.time(at)}</td></tr>
`
}

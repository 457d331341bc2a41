import { columns, whoIs } from './history-sections.ts'
import { foreign, type Html, html } from './html.ts'
import type { ReportTag } from './report-model.ts'
import type { Section } from './section.ts'

/** Renders the tags with who has set them; those of the recorder itself folded away. */
export function tagsSection(section: Section): Html {
  const { model, texts } = section
  const { tags: words } = texts
  const isTechnical = ({ key }: ReportTag): boolean => key.startsWith('system.')
  const own = model.tags.filter((tag) => !isTechnical(tag))
  const technical = model.tags.filter(isTechnical)
  return html`<section><h2>${words.heading}</h2>
${own.length === 0 ? html`<p>${words.none}</p>` : tagTable(section, own)}
${technical.length === 0 ? null : html`<details><summary>${words.technical(technical.length)}</summary>${tagTable(section, technical)}</details>`}</section>`
}

function tagTable(section: Section, tags: readonly ReportTag[]): Html {
  const { texts, formats } = section
  const { tags: words } = texts
  const row = ({ key, value, at, by, isCurrent }: ReportTag): Html =>
    html`<tr><th scope="row">${foreign(key)}</th><td class="${isCurrent ? 'value' : 'value former'}">${foreign(String(value))}${isCurrent ? null : html` <span class="soft">(${words.former})</span>`}</td><td>${whoIs(section, by)}</td><td class="time">${formats.time(at)}</td></tr>
`
  return html`<div class="table"><table>${columns(words.columns)}<tbody>${tags.map(row)}</tbody></table></div>`
}

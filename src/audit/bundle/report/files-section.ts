import { storedHash } from './check-commands.ts'
import { columns } from './history-sections.ts'
import { type Html, html } from './html.ts'
import type { ReportSegment } from './report-model.ts'
import type { Section } from './section.ts'

/** Renders the stored files with their hashes, folded away. Nothing when there is none. */
export function filesSection({ model, texts, formats }: Section): Html {
  const { files: words } = texts
  if (model.segments.length === 0) return html``
  const row = (segment: ReportSegment): Html => {
    const { file, startedAt, durationMs, bytes, sha256, isSalvaged } = segment
    return html`<tr><th scope="row"><code>${file}</code>${isSalvaged ? html`<br><span class="soft">${words.salvaged}</span>` : null}</th><td class="time">${formats.time(startedAt)}</td><td class="amount">${formats.length(durationMs)}</td><td class="amount">${formats.bytes(bytes)}</td><td class="hash"><span class="soft">${words.stored}</span> ${storedHash(segment)}<br><span class="soft">${words.media}</span> ${sha256}</td></tr>
`
  }
  return html`<section><h2>${words.heading}</h2><p class="note">${words.intro}</p>
<details><summary>${words.summary(model.segments.length)}</summary><div class="table"><table>${columns(words.columns)}<tbody>${model.segments.map(row)}</tbody></table></div></details></section>`
}

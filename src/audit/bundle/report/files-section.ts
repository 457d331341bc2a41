import { storedHash } from './check-commands.ts'
import { type Html, html } from './html.ts'
import type { ReportSegment } from './report-model.ts'
import type { Section } from './section.ts'
import { table } from './tables.ts'

/** Renders the stored files with their hashes, folded away. Nothing when there is none. */
export function filesSection(section: Section): Html {
  const { model, texts } = section
  const { files: words } = texts
  if (model.segments.length === 0) return html``
  const rows = model.segments.map((segment) => fileRow(section, segment))
  return html`<section><h2>${words.heading}</h2><p class="note">${words.intro}</p>
<details class="screen-only"><summary>${words.summary(rows.length)}</summary>${table(words.columns, rows)}</details></section>`
}

function fileRow({ texts, formats }: Section, segment: ReportSegment): Html {
  const { files: words } = texts
  const { file, startedAt, durationMs, bytes, sha256, isSalvaged, isDamaged } = segment
  const note = isSalvaged ? html`<br><span class="soft">${words.salvaged}</span>` : null
  const damage = isDamaged ? html`<br>${words.damaged}` : null
  return html`<tr><th scope="row"><code>${file}</code>${note}${damage}</th><td class="time">${formats.time(startedAt)}</td><td class="amount">${formats.length(durationMs)}</td><td class="amount">${formats.bytes(bytes)}</td><td class="hash"><span class="soft">${words.stored}</span> ${storedHash(segment)}<br><span class="soft">${words.media}</span> ${sha256}</td></tr>
`
}

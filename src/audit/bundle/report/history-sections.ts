import { foreign, type Html, html } from './html.ts'
import type { ReportModel, ReportRefusal, ReportWarning } from './report-model.ts'
import type { Section } from './section.ts'
import { longTable, whoIs } from './tables.ts'

/** Renders the refused commands, in words. */
export function refusalsSection(section: Section): Html {
  const { model, texts } = section
  const { refused: words } = texts
  const rows = model.refusals.map((refusal) => refusalRow(section, refusal))
  return html`<section><h2>${words.heading}</h2>${
    rows.length === 0 ? html`<p>${words.none}</p>` : longTable(section, words.columns, rows)
  }</section>`
}

function refusalRow(section: Section, refusal: ReportRefusal): Html {
  const { texts, formats } = section
  const { refused: words } = texts
  const { at, by, command, code, reason, count } = refusal
  const why = texts.refusals[code]
  const explained = html`${why ?? ''}<details class="inline"><summary>${words.words}</summary><p>${foreign(reason)} <code>${code}</code></p></details>`
  const times = count > 1 ? ` (${words.times(count)})` : ''
  return html`<tr><td class="time">${formats.time(at)}</td><td>${whoIs(section, by)}</td><td>${texts.commands[command]}${times}</td><td>${why === undefined ? foreign(reason) : explained}</td></tr>
`
}

/** Renders the warnings. Nothing when there were none. */
export function warningsSection({ model, texts, formats }: Section): Html {
  const { warned: words } = texts
  if (model.warnings.length === 0) return html``
  const entry = ({ code, medium, at, clearedAt }: ReportWarning): Html => {
    const when =
      clearedAt === null
        ? words.since(formats.time(at))
        : words.from(formats.time(at), formats.time(clearedAt))
    const what = medium === null ? null : html`<strong>${texts.media[medium]}:</strong> `
    return html`<li>${what}${texts.warnings[code]} <span class="soft">(${when})</span></li>`
  }
  return html`<section><h2>${words.heading}</h2><ul class="sums">${model.warnings.map(entry)}</ul></section>`
}

/** Renders who has seen the recording. */
export function accessesSection(section: Section): Html {
  const { model, texts, formats } = section
  const { accesses: words } = texts
  const row = ({ at, by, act, media }: ReportModel['accesses'][number]): Html => {
    const what = media.map((medium) => texts.media[medium]).join(', ')
    const more = what === '' ? null : html`<br><span class="soft">${what}</span>`
    return html`<tr><td class="time">${formats.dateTime(at)}</td><td>${whoIs(section, by)}</td><td>${texts.acts[act]}${more}</td></tr>
`
  }
  return html`<section><h2>${words.heading}</h2>${
    model.accesses.length === 0
      ? html`<p>${words.none}</p>`
      : html`<p class="note">${words.intro}</p>${longTable(section, words.columns, model.accesses.map(row))}`
  }</section>`
}

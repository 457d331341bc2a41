import { type Html, html } from './html.ts'
import type { Stretch } from './report-model.ts'
import type { Section } from './section.ts'
import { fold, longTable, table, whoIs } from './tables.ts'

const SHORT_MS = 1_000

/** Renders the pauses and gaps, those below a second folded away. */
export function stretchesSection(section: Section): Html {
  const { model, texts, formats } = section
  const { stretches: words } = texts
  const long = model.stretches.filter(({ lengthMs }) => lengthMs >= SHORT_MS)
  const short = model.stretches.filter(({ lengthMs }) => lengthMs < SHORT_MS)
  const row = (stretch: Stretch): Html => stretchRow(section, stretch)
  const breakdowns = model.interruptions.map(
    ({ at, lastSeenAt }) =>
      html`<p class="bad-note">${texts.interruption(formats.dateTime(at), formats.dateTime(lastSeenAt))}</p>`,
  )
  return html`<section><h2>${words.heading}</h2>${breakdowns}
${
  long.length === 0
    ? html`<p>${short.length === 0 ? words.none : words.onlyShort}</p>`
    : html`${sums(section, long)}${longTable(section, words.columns, long.map(row))}`
}
${short.length === 0 ? null : fold(words.short(short.length), table(words.columns, short.map(row)))}</section>`
}

/** Renders how often each reason occurs, and how long it lasts in all. */
function sums({ texts, formats }: Section, stretches: readonly Stretch[]): Html {
  const reasons = [...new Set(stretches.map(({ reason }) => reason))]
  return html`<ul class="sums">${reasons.map((reason) => {
    const own = stretches.filter((stretch) => stretch.reason === reason)
    const ms = own.reduce((sum, { lengthMs }) => sum + lengthMs, 0)
    const sum = texts.stretches.sum(formats.number(own.length), formats.length(ms))
    return html`<li><strong>${texts.gaps[reason]}</strong>, ${sum}. <span class="soft">${texts.gapsExplained[reason]}</span></li>
`
  })}</ul>`
}

function stretchRow(section: Section, stretch: Stretch): Html {
  const { texts, formats } = section
  const { stretches: words } = texts
  const { media, reason, from, to, lengthMs, by, endedBy } = stretch
  const who = [
    by && html`<li>${words.began('')}${whoIs(section, by)}</li>`,
    endedBy && html`<li>${words.ended('')}${whoIs(section, endedBy)}</li>`,
  ].filter((one) => one !== null)
  const end = to === null ? words.untilEnd : formats.time(to)
  const nobody = html`<span class="soft">${words.itself}</span>`
  return html`<tr><td class="time">${formats.time(from)} – ${end}</td><td class="amount">${formats.length(lengthMs)}</td><td>${media.map((medium) => texts.media[medium]).join(', ')}</td><td>${texts.gaps[reason]}</td><td>${who.length === 0 ? nobody : html`<ul class="plain">${who}</ul>`}</td></tr>
`
}

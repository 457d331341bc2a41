import type { By } from '../../../contract/by.ts'
import { foreign, type Html, html } from './html.ts'
import type { ReportRefusal, Stretch } from './report-model.ts'
import type { Section } from './section.ts'

const SHORT_MS = 1_000

/** Renders somebody, as HTML. */
export function whoIs({ texts }: Section, { side, client, user }: By): Html {
  return foreign(texts.who(side, client, user))
}

/** Renders the head of a table. */
export function columns(names: readonly string[]): Html {
  return html`<thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>`
}

/** Renders the pauses and gaps, those below a second folded away. */
export function stretchesSection(section: Section): Html {
  const { model, texts, formats } = section
  const { stretches: words } = texts
  const long = model.stretches.filter(({ lengthMs }) => lengthMs >= SHORT_MS)
  const short = model.stretches.filter(({ lengthMs }) => lengthMs < SHORT_MS)
  const breakdowns = model.interruptions.map(
    ({ at, lastSeenAt }) =>
      html`<p class="bad-note">${texts.interruption(formats.dateTime(at), formats.dateTime(lastSeenAt))}</p>`,
  )
  return html`<section><h2>${words.heading}</h2>${breakdowns}
${long.length === 0 ? html`<p>${words.none}</p>` : stretchTable(section, long)}
${short.length === 0 ? null : html`<details><summary>${words.short(short.length)}</summary>${stretchTable(section, short)}</details>`}</section>`
}

function stretchTable(section: Section, stretches: readonly Stretch[]): Html {
  const { texts, formats } = section
  const { stretches: words } = texts
  const row = ({ media, reason, from, to, lengthMs, by, endedBy }: Stretch): Html => {
    const who = [
      by && html`<li>${words.began('')}${whoIs(section, by)}</li>`,
      endedBy && html`<li>${words.ended('')}${whoIs(section, endedBy)}</li>`,
    ].filter((one) => one !== null)
    return html`<tr><td class="time">${formats.time(from)} – ${to === null ? words.untilEnd : formats.time(to)}</td><td class="amount">${formats.length(lengthMs)}</td><td>${media.map((medium) => texts.media[medium]).join(', ')}</td><td><strong>${texts.gaps[reason]}</strong><br><span class="soft">${texts.gapsExplained[reason]}</span></td><td>${who.length === 0 ? html`<span class="soft">${words.itself}</span>` : html`<ul class="plain">${who}</ul>`}</td></tr>
`
  }
  return html`<div class="table"><table>${columns(words.columns)}<tbody>${stretches.map(row)}</tbody></table></div>`
}

/** Renders the refused commands, in words. */
export function refusalsSection(section: Section): Html {
  const { model, texts, formats } = section
  const { refused: words } = texts
  const row = ({ at, by, command, code, reason, count }: ReportRefusal): Html => {
    const why = texts.refusals[code]
    return html`<tr><td class="time">${formats.time(at)}</td><td>${whoIs(section, by)}</td><td>${texts.commands[command]}${count > 1 ? ` (${words.times(count)})` : ''}</td><td>${why === undefined ? foreign(reason) : html`${why}<details class="inline"><summary>${words.words}</summary><p>${foreign(reason)} <code>${code}</code></p></details>`}</td></tr>
`
  }
  return html`<section><h2>${words.heading}</h2>${
    model.refusals.length === 0
      ? html`<p>${words.none}</p>`
      : html`<div class="table"><table>${columns(words.columns)}<tbody>${model.refusals.map(row)}</tbody></table></div>`
  }</section>`
}

/** Renders the warnings. Nothing when there were none. */
export function warningsSection({ model, texts, formats }: Section): Html {
  const { warned: words } = texts
  if (model.warnings.length === 0) return html``
  return html`<section><h2>${words.heading}</h2><ul>${model.warnings.map(
    ({ code, medium, at, clearedAt }) => {
      const when =
        clearedAt === null
          ? words.since(formats.time(at))
          : words.from(formats.time(at), formats.time(clearedAt))
      return html`<li>${medium === null ? null : html`<strong>${texts.media[medium]}:</strong> `}${texts.warnings[code]} <span class="soft">(${when})</span></li>`
    },
  )}</ul></section>`
}

/** Renders who has seen the recording. */
export function accessesSection(section: Section): Html {
  const { model, texts, formats } = section
  const { accesses: words } = texts
  return html`<section><h2>${words.heading}</h2>${
    model.accesses.length === 0
      ? html`<p>${words.none}</p>`
      : html`<p class="note">${words.intro}</p><div class="table"><table>${columns(words.columns)}<tbody>${model.accesses.map(
          ({ at, by, act, media }) => {
            const what = media.map((medium) => texts.media[medium]).join(', ')
            return html`<tr><td class="time">${formats.dateTime(at)}</td><td>${whoIs(section, by)}</td><td>${texts.acts[act]}${what === '' ? null : html`<br><span class="soft">${what}</span>`}</td></tr>
`
          },
        )}</tbody></table></div>`
  }</section>`
}

import { foreign, type Html, html } from './html.ts'
import type { Section } from './section.ts'
import { timelinePicture } from './timeline-picture.ts'

/** Renders the beginning: that it is confidential, and which recording this is. */
export function headSection({ model, verdict, texts, formats }: Section): Html {
  const { title, text } = texts.confidential
  const isGood = verdict.findings.length === 0
  return html`<p class="confidential"><strong>${title}</strong> ${text}</p>
<header><p class="kind">${texts.report}</p>
<h1>${texts.title(formats.date(model.startedAt))}</h1>
<p class="lead">${formats.time(model.startedAt)} – ${model.endedAt === null ? texts.facts.unknown : formats.time(model.endedAt)} · ${formats.length(model.lengthMs)} · ${model.tracks.map(({ medium }) => texts.media[medium]).join(', ')}</p>
<p><a class="badge ${isGood ? 'good' : 'bad'}" href="#verdict">${isGood ? texts.verdict.good : texts.verdict.bad(verdict.findings.length)}</a></p></header>`
}

/** Renders who has recorded, where, when and how long. */
export function factsSection({ model, texts, formats }: Section): Html {
  const { facts } = texts
  const { startedBy, endReason, closeReason, closedAt } = model
  const system = (key: string): string | null => {
    const value = model.tags.findLast((tag) => tag.key === key)?.value
    return value === undefined ? null : String(value)
  }
  const computer = [system('system.host'), system('system.platform')].filter((one) => one !== null)
  const part = Math.floor((1_000 * model.recordedMs) / Math.max(1, model.lengthMs)) / 10
  const rows: [name: string, value: Html | string | null][] = [
    [facts.startedBy, foreign(texts.who(startedBy.side, startedBy.client, startedBy.user))],
    [facts.computer, computer.length === 0 ? null : foreign(computer.join(', '))],
    [facts.start, formats.dateTime(model.startedAt)],
    [facts.end, model.endedAt && formats.dateTime(model.endedAt)],
    [facts.length, formats.length(model.lengthMs)],
    [
      facts.recorded,
      `${formats.length(model.recordedMs)} (${facts.recordedOf(formats.number(part, 1))})`,
    ],
    [facts.ended, endReason && texts.endReasons[endReason]],
    [
      facts.closed,
      closedAt &&
        closeReason &&
        `${formats.dateTime(closedAt)}, ${texts.closeReasons[closeReason]}`,
    ],
    [facts.id, html`<code>${model.recordingId}</code>`],
  ]
  return html`<section><dl class="facts">
${rows
  .filter(([, value]) => value !== null)
  .map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  )}</dl></section>`
}

/** Renders the time line. */
export function pictureSection(section: Section): Html {
  const { model, texts, formats } = section
  const { picture, facts } = texts
  const isShortened = model.pictureMs < model.lengthMs
  const isLost = model.tracks.some(({ items }) =>
    items.some(({ gap }) => gap !== null && UNWANTED.has(gap)),
  )
  return html`<section class="wide"><h2>${picture.heading}</h2>
<p class="note">${picture.intro} ${facts.zone(model.timeZone, formats.offset(model.startedAt))}${isShortened ? ` ${picture.shortened}` : ''}</p>
<div class="scroller" tabindex="0" role="group" aria-label="${picture.heading}">${timelinePicture(model, texts, formats)}</div>
<p class="legend"><span class="key recorded"></span>${picture.recorded}<span class="key wanted"></span>${picture.legend.wanted}${isLost ? html`<span class="key unwanted"></span>${picture.legend.unwanted}` : null}</p></section>`
}

const UNWANTED = new Set(['deviceLost', 'captureFailed', 'interrupted', 'storageFull'])

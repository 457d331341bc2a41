import { foreign, type Html, html } from './html.ts'
import type { ReportConsent, ReportHold } from './report-model.ts'
import type { Section } from './section.ts'
import { whoIs } from './tables.ts'

/** Renders the answers of the customer. */
export function consentSection(section: Section): Html {
  const { model, texts, formats } = section
  const { consent: words } = texts
  const entry = ({ state, method, note, at, by }: ReportConsent): Html =>
    html`<li class="${state}"><strong>${texts.consentStates[state]}</strong>, ${words.method}: ${foreign(method)}<br><span class="soft">${formats.dateTime(at)} · ${whoIs(section, by)}</span>${note === null ? null : html`<br>${words.note}: ${foreign(note)}`}</li>
`
  return html`<section><h2>${words.heading}</h2>${
    model.consents.length === 0
      ? html`<p>${words.none}</p>`
      : html`<ol class="steps">${model.consents.map(entry)}</ol>`
  }</section>`
}

/** Renders the holds. Nothing when there were none. */
export function holdsSection(section: Section): Html {
  const { model, texts, formats } = section
  const { holds: words } = texts
  if (model.holds.length === 0) return html``
  const entry = ({ reason, at, by, released }: ReportHold): Html => {
    const state =
      released === null
        ? html`${words.inForce}`
        : foreign(
            words.released(
              formats.dateTime(released.at),
              texts.who(released.by.side, released.by.client, released.by.user),
              released.reason,
            ),
          )
    return html`<li><strong>${foreign(reason)}</strong><br><span class="soft">${formats.dateTime(at)} · ${whoIs(section, by)}</span><br>${state}</li>
`
  }
  return html`<section><h2>${words.heading}</h2><ol class="steps">${model.holds.map(entry)}</ol></section>`
}

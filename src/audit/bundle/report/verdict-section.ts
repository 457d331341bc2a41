import type { Confirmation } from '../verdict.ts'
import { type Html, html } from './html.ts'
import type { Section } from './section.ts'

/** Renders what was checked when the bundle was made, and what was found. */
export function verdictSection({ model, verdict, bundle, texts, formats }: Section): Html {
  const { verdict: words } = texts
  const { findings, checkpoint } = verdict
  const number = (value: number): string => formats.number(value)
  const has = (...kinds: string[]): boolean => findings.some(({ kind }) => kinds.includes(kind))
  const checks: [isGood: boolean, text: string | null][] = [
    [true, words.events(number(verdict.events))],
    [!has('notProven'), words.proven(number(verdict.proven), number(checkpoint.size))],
    [
      !has('factMissing', 'notClosed'),
      has('factMissing', 'notClosed') ? null : words.complete(number(model.events.facts)),
    ],
    [
      !has('segmentMissing', 'segmentChanged'),
      words.segments(number(verdict.intact), number(verdict.segments)),
    ],
    [!has('notSigned'), has('notSigned') ? null : words.signed(checkpoint.signers.join(', '))],
    ...verdict.confirmations.map((one): [boolean, string] => [
      true,
      confirmationText(one, { verdict, texts, formats }),
    ]),
    [
      'name' in bundle.composed,
      'name' in bundle.composed ? words.composed : words.noComposed(bundle.composed.missing),
    ],
  ]
  const isGood = findings.length === 0
  return html`<section id="verdict" class="verdict ${isGood ? 'good' : 'bad'}"><h2>${isGood ? words.good : words.bad(findings.length)}</h2>
${isGood ? null : html`<ul class="findings">${findings.map((one) => html`<li>${words.finding(one)}</li>`)}</ul>`}
<p class="note">${words.heading}:</p>
<ul class="checks">${checks.map(
    ([good, text]) =>
      text &&
      html`<li class="${good ? 'yes' : 'no'}">${text}</li>
`,
  )}</ul>
<p class="note">${words.own} <a href="#check">${texts.check.heading}</a>.</p></section>`
}

/** Says who has confirmed the log, when, and how much of the recording that covers. */
function confirmationText(
  { name, at, size, covered }: Confirmation,
  { verdict, texts, formats }: Pick<Section, 'verdict' | 'texts' | 'formats'>,
): string {
  const { verdict: words } = texts
  const when = at === null ? words.unknownTime : formats.dateTime(at)
  const sizeText = formats.number(size)
  const who =
    name === null ? words.timestamped(when, sizeText) : words.cosigned(name, when, sizeText)
  return `${who} ${words.covers(formats.number(covered), formats.number(verdict.events))}`
}

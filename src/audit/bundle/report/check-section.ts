import { hashCommand, openCommand, signatureCommand, timestampCommand } from './check-commands.ts'
import { type Html, html } from './html.ts'
import type { Section } from './section.ts'

/** So many lines of a command are shown at once. */
const MOST_LINES = 12

/** Renders how to check the bundle without the recorder. */
export function checkSection({ model, verdict, bundle, texts }: Section): Html {
  const { check: words } = texts
  const hashes = hashCommand(model.segments)
  const open = openCommand(model.segments)
  const isLong = hashes.split('\n').length > MOST_LINES
  const steps: (Html | null)[] = [
    bundle.hasVerifier
      ? html`<li><p>${words.python}</p>${command('python3 verify.py')}<p>${words.pythonResult}</p></li>`
      : null,
    html`<li><p>${words.key}</p></li>`,
    'name' in bundle.composed
      ? html`<li><p>${words.play} <a href="${bundle.composed.name}">${bundle.composed.name}</a></p></li>`
      : null,
    open === null ? null : html`<li><p>${words.open}</p>${command(open)}</li>`,
    model.segments.length === 0
      ? null
      : html`<li><p>${words.hashes}</p>${isLong ? html`<details><summary>${words.hashesSummary(model.segments.length)}</summary>${command(hashes)}</details>` : command(hashes)}</li>`,
    html`<li><p>${words.signature}</p>${command(signatureCommand(bundle.signatureLine))}<p>${words.signatureResult}</p></li>`,
    ...verdict.confirmations
      .filter(({ kind }) => kind === 'timestampAuthority')
      .map(
        ({ size }) => html`<li><p>${words.timestamp}</p>${command(timestampCommand(size))}</li>`,
      ),
    bundle.hasVerifier && verdict.confirmations.some(({ kind }) => kind === 'witness')
      ? html`<li><p>${words.witness}</p>${command('python3 verify.py --witness KEY')}</li>`
      : null,
  ]
  return html`<section id="check"><h2>${words.heading}</h2><p>${words.intro}</p>
<ol class="how">${steps}</ol>
<p class="note">${words.limits}</p></section>`
}

function command(lines: string): Html {
  return html`<pre tabindex="0"><code>${lines}</code></pre>`
}

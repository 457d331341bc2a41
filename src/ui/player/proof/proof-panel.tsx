import { useEffect, useState } from 'preact/hooks'
import { recordingPath } from '../../../client/client.ts'
import type { Verdict } from '../../../contract/verification.ts'
import { ProblemText } from '../../controls/problem-text.tsx'
import { toShownProblem } from '../../controls/shown-problem.ts'
import { language } from '../../i18n/texts.ts'
import { hasScope, loadSession } from '../../live/session.ts'
import { t } from '../texts/texts.ts'
import { LogProofs } from './log-proofs.tsx'
import { RecordingVerification, type VerificationState } from './verification.ts'

/**
 * Verifies the log and a recording's media, and offers its bundle, receipts and keys: for those who
 * may audit. `position` is the event whose receipt is offered first.
 */
export function ProofPanel(props: { id: string; isClosed: boolean; position: number }) {
  const { id, isClosed, position } = props
  useEffect(() => void loadSession(), [])
  const [verification] = useState(() => new RecordingVerification(id))
  useEffect(() => () => verification.close(), [verification])
  if (!hasScope('audit')) return null
  const { value: shown } = verification.state
  return (
    <section class="card proof" aria-labelledby="proof">
      <header class="custody-head">
        <h2 id="proof">{t('player.proof')}</h2>
        <button
          type="button"
          class="button button-small"
          aria-busy={shown.name === 'running'}
          onClick={() => void verification.start()}
        >
          {t('player.proof.verify')}
        </button>
        {isClosed && (
          <a
            class="button button-small"
            href={`/v1${recordingPath(id, 'bundle')}?lang=${language.value}`}
            download
          >
            {t('player.proof.bundle')}
          </a>
        )}
      </header>
      <p class="soft">{t('player.proof.help')}</p>
      <div role="status">
        <Outcome state={shown} />
      </div>
      <LogProofs position={position} />
    </section>
  )
}

function Outcome({ state }: { state: VerificationState }) {
  if (state.name === 'running')
    return <progress max={100} value={state.percent} aria-label={t('player.proof.running')} />
  if (state.name === 'failed') {
    const problem = state.problem === null ? null : toShownProblem(state.problem)
    return problem === null ? (
      <p class="field-error">{t('player.proof.failed')}</p>
    ) : (
      <div class="field-error">
        <ProblemText problem={problem} />
      </div>
    )
  }
  return state.name === 'done' ? <VerdictText verdict={state.verdict} /> : null
}

function VerdictText({ verdict }: { verdict: Verdict }) {
  const { isGood, findings, found, stillGood, checked } = verdict
  return (
    <div class="verdict" data-verdict={isGood ? 'good' : 'bad'}>
      <p class="verdict-word">{t(isGood ? 'player.proof.good' : 'player.proof.bad')}</p>
      <p class="soft">
        {t('player.proof.checked', { events: checked.events, segments: checked.segments })}
      </p>
      {findings.length > 0 && (
        <ul class="verdict-findings">
          {findings.map(({ detail, code, position, file }) => (
            <li key={`${code} ${position} ${file}`}>{detail}</li>
          ))}
          {found > findings.length && (
            <li>{t('player.proof.more', { count: found - findings.length })}</li>
          )}
        </ul>
      )}
      {!isGood && stillGood.length > 0 && (
        <>
          <h3>{t('player.proof.stillGood')}</h3>
          <ul>
            {stillGood.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

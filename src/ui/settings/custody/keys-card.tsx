import { useEffect, useState } from 'preact/hooks'
import type { KeyStatus } from '../../../contract/custody.ts'
import { ProblemText } from '../../controls/problem-text.tsx'
import { type ShownProblem, toShownProblem } from '../../controls/shown-problem.ts'
import { effectiveConfiguration } from '../../live/configuration.ts'
import { application } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { hasScope } from '../../live/session.ts'
import { SettingFact } from '../setting-fact.tsx'
import { t } from '../texts/texts.ts'
import { KeyFacts } from './key-facts.tsx'

/** Shows whether the keys can be used, and for those who may, where they are and how many. */
export function KeysCard() {
  const isAdmin = hasScope('admin')
  const fault = application.value?.errors.find(({ code }) => code === 'KEY_UNAVAILABLE')
  const [status, setStatus] = useState<KeyStatus | null>(null)
  const [problem, setProblem] = useState<ShownProblem | null | undefined>(undefined)
  useEffect(() => {
    if (!isAdmin) return
    recorder.keys().then(
      (keys) => {
        setStatus(keys)
        setProblem(undefined)
      },
      (error) => setProblem(toShownProblem(error)),
    )
    // The state is read again when the key comes or goes.
  }, [isAdmin, fault?.since])
  const message = fault?.message ?? status?.problem ?? null
  const recipients = effectiveConfiguration.value?.keys.escrowRecipients.value ?? []
  return (
    <section class="card settings-card" aria-labelledby="settings-keys">
      <h2 id="settings-keys">{t('settings.keys')}</h2>
      <KeyState message={message} />
      <dl class="settings-facts">
        {status && <KeyFacts status={status} />}
        <SettingFact name={t('settings.keys.escrow')}>
          {recipients.length === 0
            ? t('settings.keys.noEscrow')
            : recipients.map((recipient) => <code key={recipient}>{recipient}</code>)}
        </SettingFact>
      </dl>
      {!isAdmin && <p class="soft">{t('settings.keys.needsAdmin')}</p>}
      <div role="alert">
        {problem === null && <p class="field-error">{t('record.problem.unreachable')}</p>}
        {problem && <ProblemText problem={problem} />}
      </div>
    </section>
  )
}

/** Says in words whether the keys can be used, and otherwise why not and what to do. */
function KeyState({ message }: { message: string | null }) {
  if (message === null) return <p class="settings-good">{t('settings.keys.usable')}</p>
  return (
    <div class="problem">
      <ProblemText problem={{ code: 'KEY_UNAVAILABLE', title: message, detail: message }} />
      <p>{t('settings.keys.restore')}</p>
    </div>
  )
}

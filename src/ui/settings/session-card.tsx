import { useState } from 'preact/hooks'
import { RecorderProblem } from '../../client/errors.ts'
import { ProblemText } from '../controls/problem-text.tsx'
import { formatTime } from '../live/format-time.ts'
import { refresh } from '../live/live-state.ts'
import { recorder } from '../live/recorder.ts'
import { hasScope, session } from '../live/session.ts'
import { t } from './texts/texts.ts'

/** Ends the session of this browser. */
export function SessionCard() {
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const signOut = async (): Promise<void> => {
    if (isBusy) return
    setBusy(true)
    setProblem(null)
    try {
      await recorder.signOut()
    } catch (error) {
      setProblem(error)
    }
    // The page is signed out when the recorder says so.
    await refresh()
    setBusy(false)
  }
  return (
    <section class="card settings-card" aria-labelledby="settings-session">
      <h2 id="settings-session">{t('settings.session')}</h2>
      {hasScope('admin') && <p class="settings-warning">{t('settings.admin')}</p>}
      <div class="soft">
        {session.value && (
          <p>{t('settings.until', { time: formatTime(session.value.expiresAt) })}</p>
        )}
        <p>{t('settings.sessionHelp')}</p>
      </div>
      <div class="settings-group">
        <button
          type="button"
          class="button settings-sign-out"
          aria-busy={isBusy}
          onClick={() => void signOut()}
        >
          {t(isBusy ? 'settings.signingOut' : 'settings.signOut')}
        </button>
        <div role="alert">{problem !== null && <Problem error={problem} />}</div>
      </div>
    </section>
  )
}

function Problem({ error }: { error: unknown }) {
  if (!(error instanceof RecorderProblem))
    return <p class="field-error">{t('settings.unreachable')}</p>
  return (
    <div class="field-error">
      <ProblemText problem={error} />
    </div>
  )
}

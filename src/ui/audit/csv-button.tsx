import { useEffect, useRef, useState } from 'preact/hooks'
import type { AskedQuestion } from './audit-query.ts'
import { saveCsv } from './csv-file.ts'
import { t } from './texts/texts.ts'

/** Saves every row of the question as CSV, however many are shown. */
export function CsvButton({ asked }: { asked: AskedQuestion }) {
  const [state, setState] = useState<'idle' | 'running' | 'failed'>('idle')
  const aborter = useRef(new AbortController())
  useEffect(() => () => aborter.current.abort(), [])
  const save = async (): Promise<void> => {
    if (state === 'running') return
    setState('running')
    try {
      await saveCsv(asked, aborter.current.signal)
      setState('idle')
    } catch (error) {
      if (aborter.current.signal.aborted) return
      console.warn(error)
      setState('failed')
    }
  }
  return (
    <div class="audit-csv">
      <button
        type="button"
        class="button button-small"
        aria-busy={state === 'running'}
        onClick={() => void save()}
      >
        {t(state === 'running' ? 'audit.csv.running' : 'audit.csv')}
      </button>
      <p role="alert" class="field-error">
        {state === 'failed' && t('audit.csv.failed')}
      </p>
    </div>
  )
}

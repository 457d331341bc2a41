import { useEffect, useState } from 'preact/hooks'
import type { ReplayState } from '../../../contract/replay.ts'
import { eventText } from '../../player/events/event-text.ts'
import { t } from '../texts/texts.ts'
import { stateWords } from '../words.ts'
import { refusalWords } from './refusal-words.ts'

/** Who steps fast is told where it ends, not each step. */
const REST_MS = 400

/** Tells screen readers the shown step. It says nothing while the recording runs. */
export function StepAnnouncer({ state, isQuiet }: { state: ReplayState; isQuiet: boolean }) {
  const [text, setText] = useState('')
  useEffect(() => {
    if (isQuiet) return
    const timer = setTimeout(() => setText(stepText(state)), REST_MS)
    return () => clearTimeout(timer)
  }, [state.index, isQuiet])
  return (
    <p class="hidden-text" role="status" data-step={state.index}>
      {text}
    </p>
  )
}

function stepText({ index, count, event, machines, refusal }: ReplayState): string {
  if (event === null) return t('inspector.moment.before')
  const text = eventText(event)
  const after = refusal
    ? (refusalWords(refusal) ?? refusal.reason)
    : stateWords('session', machines.session.value)
  return `${t('inspector.step.value', { index, count, text })}. ${after}`
}

import { useEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n/texts.ts'
import { current } from '../live/live-state.ts'
import { announceChange, type Heard, hear } from './announcement.ts'
import { isStopArmed } from './stop-by-key.ts'

/** Says each change of state once, for those who cannot see it. Alarms have their own region. */
export function Announcer() {
  const recording = current.value
  const heard = useRef<Heard | null | undefined>(undefined)
  const [text, setText] = useState('')
  useEffect(() => {
    const before = heard.current
    heard.current = hear(before, recording)
    const news = before === undefined ? '' : announceChange(before, heard.current)
    if (news) setText(news)
  }, [recording])
  return (
    <p class="hidden-text" role="status" data-announcer="">
      {isStopArmed.value ? t('record.stopArmed') : text}
    </p>
  )
}

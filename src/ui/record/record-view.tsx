import { useEffect } from 'preact/hooks'
import { current } from '../live/live-state.ts'
import { isFirstFrameShown } from '../shell/first-frame.ts'
import { LazyView } from '../shell/lazy-view.tsx'
import { followKeyboard } from './keyboard/keyboard.ts'
import { StatusPanel } from './status-panel.tsx'
import { useFocusAtWrapUp } from './wrap-up-focus.ts'

const loadDetails = () => import('./details-view.tsx').then(({ DetailsView }) => DetailsView)

/** Records: what is recorded now, and everything that a person can do about it. */
export function RecordView() {
  useEffect(followKeyboard, [])
  useFocusAtWrapUp()
  const recording = current.value
  return (
    <div class="record">
      <StatusPanel />
      {isFirstFrameShown.value && (
        <LazyView key="details" load={loadDetails} props={{ recording }} isSilent />
      )}
    </div>
  )
}

import { useEffect } from 'preact/hooks'
import type { RecordingAnswer } from '../../contract/views.ts'
import { current } from '../live/live-state.ts'
import { isFirstFrameShown } from '../shell/first-frame.ts'
import { Announcer } from './announcer.tsx'
import { ConsentPanel } from './consent/consent-panel.tsx'
import { RefusedConsentNotice } from './consent/refused-consent-notice.tsx'
import { followKeyboard } from './keyboard/keyboard.ts'
import { ShortcutsDialog } from './keyboard/shortcuts-dialog.tsx'
import { NextSetup, SetupPanel } from './setup/setup-panel.tsx'
import { StatusPanel } from './status-panel.tsx'
import { MarkersPanel } from './tags/markers-panel.tsx'
import { TagsPanel } from './tags/tags-panel.tsx'
import { Tracks } from './tracks/tracks.tsx'
import { useFocusAtWrapUp } from './wrap-up-focus.ts'

/** Records: what is recorded now, and everything that a person can do about it. */
export function RecordView() {
  useEffect(followKeyboard, [])
  useFocusAtWrapUp()
  const recording = current.value
  return (
    <div class="record">
      <StatusPanel />
      {isFirstFrameShown.value && <Details recording={recording} />}
    </div>
  )
}

/** Everything but the state and the buttons for all media. */
function Details({ recording }: { recording: RecordingAnswer | null }) {
  return (
    <>
      <RefusedConsentNotice />
      {recording ? (
        <>
          <Tracks key="tracks" recording={recording} />
          <ConsentPanel key={`consent ${recording.id}`} recording={recording} />
          <div class="notes" key={recording.id}>
            <TagsPanel recording={recording} />
            <MarkersPanel recording={recording} />
          </div>
          {recording.state === 'WrapUp' && <NextSetup />}
        </>
      ) : (
        <SetupPanel />
      )}
      <ShortcutsDialog />
      <Announcer />
    </>
  )
}

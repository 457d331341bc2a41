import type { RecordingAnswer } from '../../contract/views.ts'
import { Announcer } from './announcer.tsx'
import { ConsentPanel } from './consent/consent-panel.tsx'
import { RefusedConsentNotice } from './consent/refused-consent-notice.tsx'
import { ShortcutsDialog } from './keyboard/shortcuts-dialog.tsx'
import { NextSetup, SetupPanel } from './setup/setup-panel.tsx'
import { MarkersPanel } from './tags/markers-panel.tsx'
import { TagsPanel } from './tags/tags-panel.tsx'
import { Tracks } from './tracks/tracks.tsx'

/** Everything but the state and the buttons for all media. */
export function DetailsView({ recording }: { recording: RecordingAnswer | null }) {
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

import { MEDIA } from '../../../contract/media.ts'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { t } from '../../i18n/texts.ts'
import { TrackCard } from './track-card.tsx'

/** A card for each medium, recorded or not. */
export function Tracks({ recording }: { recording: RecordingAnswer }) {
  return (
    <section
      class="tracks"
      data-compact={recording.state === 'WrapUp'}
      aria-label={t('record.tracks')}
    >
      {MEDIA.map((medium) => (
        <TrackCard key={medium} medium={medium} recording={recording} />
      ))}
    </section>
  )
}

import type { RecordingAnswer } from '../../contract/views.ts'
import { t } from '../i18n/texts.ts'
import { formatTime } from '../live/format-time.ts'
import { senderName } from './sender-name.ts'

/** The id of the text that says who controls the recording: the reason of disabled buttons. */
export const CONTROL_LINE_ID = 'control-line'

/** Says who controls the recording and since when, and what that means for this page. */
export function ControlLine({ recording }: { recording: RecordingAnswer }) {
  const { controller, startedBy, startedAt } = recording
  return (
    <>
      <p class="status-control">
        {t('record.control.by', { name: senderName(startedBy), time: formatTime(startedAt) })}
      </p>
      {controller === 'api' && (
        <p class="status-control">
          {t(recording.state === 'WrapUp' ? 'record.control.apiWrapUp' : 'record.control.api')}
        </p>
      )}
    </>
  )
}

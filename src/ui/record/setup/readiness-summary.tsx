import { t } from '../../i18n/texts.ts'
import { formatTime } from '../../live/format-time.ts'
import { CommandButton } from '../command-button.tsx'
import { checkReadiness, readiness, summarise } from './readiness.ts'
import { ReadinessFinding } from './readiness-finding.tsx'

/** The result of the whole check, what the computer lacks, and the button that checks again. */
export function ReadinessSummary() {
  const { value } = readiness
  const computer = value.state === 'known' ? summarise(value.view.checks) : null
  return (
    <div class="readiness">
      <div class="readiness-text">
        <p role="status" data-readiness={value.state}>
          {summaryText()}
        </p>
        {computer?.findings.map((check) => (
          <ReadinessFinding key={check.id} check={check} />
        ))}
      </div>
      <CommandButton
        text={t('record.readiness.again')}
        look="small"
        isAllowed={true}
        isPending={value.state === 'checking'}
        onPress={() => void checkReadiness()}
      />
    </div>
  )
}

function summaryText(): string {
  const { value } = readiness
  if (value.state === 'checking') return t('record.readiness.checking')
  if (value.state === 'failed') return t('record.readiness.failed')
  if (value.state !== 'known') return ''
  const { ready, at } = value.view
  return t(ready ? 'record.readiness.ready' : 'record.readiness.notReady', { time: formatTime(at) })
}

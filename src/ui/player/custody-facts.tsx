import type { ComponentChildren } from 'preact'
import type { RecordingAnswer } from '../../contract/views.ts'
import { senderName } from '../record/sender-name.ts'
import { t } from './texts/texts.ts'
import { dateText } from './time-text.ts'

/** Says what the customer said about being recorded, who holds it, and when it will be erased. */
export function CustodyFacts({ recording }: { recording: RecordingAnswer }) {
  const { consent, holds, retention } = recording
  return (
    <>
      {consent && (
        <Fact name={t('player.consent')}>
          {t(`player.consent.${consent.state}`)} ({consent.method}), {senderName(consent.by)}
          {consent.note !== undefined && <span class="soft"> {consent.note}</span>}
        </Fact>
      )}
      {holds.map(({ id, reason, by }) => (
        <Fact key={id} name={t('player.hold')}>
          {reason} <span class="soft">{senderName(by)}</span>
        </Fact>
      ))}
      {retention && (
        <Fact name={t('player.eraseAt')}>
          {dateText(retention.eraseAt)}
          {retention.rule !== null && <span class="soft"> {retention.rule}</span>}
        </Fact>
      )}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

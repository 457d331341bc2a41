import type { ComponentChildren } from 'preact'
import type { RecordingAnswer } from '../../../contract/views.ts'
import { methodName } from '../../record/consent/method-name.ts'
import { senderName } from '../../record/sender-name.ts'
import { t } from '../texts/texts.ts'
import { dateText } from '../time-text.ts'

/** Says what the customer said about being recorded, whether it is held, and when it goes. */
export function CustodyFacts({ recording }: { recording: RecordingAnswer }) {
  const { consent, holds, retention } = recording
  return (
    <>
      {consent && (
        <Fact name={t('player.consent')}>
          {t(`player.consent.${consent.state}`)} ({methodName(consent.method)}),{' '}
          {senderName(consent.by)}
          {consent.note !== undefined && <span class="soft"> {consent.note}</span>}
        </Fact>
      )}
      {holds.length > 0 && (
        <Fact name={t('player.hold')}>
          {t(holds.length === 1 ? 'player.holds.one' : 'player.holds.many', {
            count: holds.length,
          })}
        </Fact>
      )}
      {retention && (
        <Fact name={t('player.eraseAt')}>
          {dateText(retention.eraseAt)} <span class="soft">{ruleText(retention.rule)}</span>
        </Fact>
      )}
    </>
  )
}

function ruleText(rule: string | null): string {
  return rule === null ? t('player.rule.maxDays') : t('player.rule', { rule })
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

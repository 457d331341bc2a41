import type { EffectiveConfiguration } from '../../../contract/configuration.ts'
import type { RetentionRule } from '../../../contract/custody.ts'
import { effectiveConfiguration } from '../../live/configuration.ts'
import { mediaText } from '../../record/medium-name.ts'
import { SettingFact } from '../setting-fact.tsx'
import { t } from '../texts/texts.ts'

/** Shows the rules of custody that are in force. Only config.json changes them. */
export function RulesCard() {
  const { value: configuration } = effectiveConfiguration
  return (
    <section class="card settings-card" aria-labelledby="settings-rules">
      <h2 id="settings-rules">{t('settings.rules')}</h2>
      {configuration ? (
        <Rules configuration={configuration} />
      ) : (
        <p class="soft">{t('settings.rules.unknown')}</p>
      )}
      <p class="soft">{t('settings.rules.help')}</p>
    </section>
  )
}

function Rules({ configuration }: { configuration: EffectiveConfiguration }) {
  const { consent, holds, lock, tags } = configuration
  const { value: paused } = lock.pause
  return (
    <dl class="settings-facts">
      <SettingFact name={t('settings.consent')}>
        <p>{t(`settings.consent.${consent.mode.value}`)}</p>
        <p>{t(`settings.consent.${consent.eraseWhenWithdrawn.value ? 'erases' : 'keeps'}`)}</p>
      </SettingFact>
      <SettingFact name={t('settings.retention')}>
        <Retention retention={configuration.retention} />
      </SettingFact>
      <SettingFact name={t('settings.holds')}>
        {t(`settings.holds.${holds.releaseBy.value}`)}
      </SettingFact>
      <SettingFact name={t('settings.lock')}>
        {paused.length === 0 ? (
          t('settings.lock.nothing')
        ) : (
          <>
            <p>{t('settings.lock.pauses', { media: mediaText(paused) })}</p>
            <p>{t(lock.resume.value ? 'settings.lock.resumes' : 'settings.lock.stays')}</p>
          </>
        )}
      </SettingFact>
      <SettingFact name={t('settings.cards')}>
        {t(tags.allowCardNumbers.value ? 'settings.cards.allowed' : 'settings.cards.refused')}
      </SettingFact>
    </dl>
  )
}

function Retention({ retention }: Pick<EffectiveConfiguration, 'retention'>) {
  const { minDays, maxDays, rules } = retention
  return (
    <>
      {rules.value.map((rule) => (
        <p key={rule.name}>{ruleText(rule)}</p>
      ))}
      <p>
        {maxDays.value === null
          ? t('settings.retention.forEver')
          : t('settings.retention.longest', { days: maxDays.value })}
      </p>
      {minDays.value > 0 && <p>{t('settings.retention.shortest', { days: minDays.value })}</p>}
    </>
  )
}

function ruleText({ name, keepDays: days, tag, consent }: RetentionRule): string {
  if (tag) {
    const value = tag.value === undefined ? '' : `=${tag.value}`
    return t('settings.retention.ruleTag', { name, days, tag: `${tag.key}${value}` })
  }
  if (consent === undefined) return t('settings.retention.rule', { name, days })
  const when = t(`settings.retention.consent.${consent}`)
  return t('settings.retention.ruleConsent', { name, days, consent: when })
}

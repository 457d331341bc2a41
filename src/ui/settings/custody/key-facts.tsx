import type { KeyStatus } from '../../../contract/custody.ts'
import { locale } from '../../i18n/texts.ts'
import { SettingFact } from '../setting-fact.tsx'
import { t } from '../texts/texts.ts'

/** Tells where the master key is, since when, and how many recordings have keys. */
export function KeyFacts({ status }: { status: KeyStatus }) {
  const { masterKey, fileReason, rotation } = status
  return (
    <>
      {masterKey && (
        <SettingFact name={t('settings.keys.masterKey')}>
          <p>{t(`settings.keys.place.${masterKey.place}`)}</p>
          {fileReason && <p lang="en">{fileReason}</p>}
          <p class="soft">{masterKey.id}</p>
        </SettingFact>
      )}
      {masterKey && (
        <SettingFact name={t('settings.keys.since')}>{dateText(masterKey.createdAt)}</SettingFact>
      )}
      {rotation && (
        <SettingFact name={t('settings.keys.rotation')}>
          <p>{t('settings.keys.progress', { done: rotation.done, total: rotation.total })}</p>
          {rotation.problem && <p lang="en">{rotation.problem}</p>}
        </SettingFact>
      )}
      <SettingFact name={t('settings.keys.backup')}>
        {status.backedUpAt === null ? t('settings.keys.noBackup') : dateText(status.backedUpAt)}
      </SettingFact>
      <SettingFact name={t('settings.keys.recordings')}>{recordingsText(status)}</SettingFact>
      <SettingFact name={t('settings.keys.destroyed')}>
        {status.destroyed === 0 || rotation
          ? status.destroyed
          : t('settings.keys.rotate', { count: status.destroyed })}
      </SettingFact>
    </>
  )
}

function recordingsText({ recordings, escrowed }: KeyStatus): string {
  if (escrowed === 0) return String(recordings)
  return t('settings.keys.escrowed', { count: recordings, escrowed })
}

function dateText(at: string): string {
  return new Date(at).toLocaleString(locale.value, { dateStyle: 'long', timeStyle: 'short' })
}

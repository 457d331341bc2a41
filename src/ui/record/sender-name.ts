import type { By } from '../../contract/by.ts'
import { t } from '../i18n/texts.ts'

/** Names who did something, such as `crm (API)`. */
export function senderName({ side, client }: By): string {
  if (side === 'ui') return t('record.by.page')
  if (side === 'system') return t('record.by.recorder')
  return client === 'home' ? t('record.by.home') : t('record.by.client', { client })
}

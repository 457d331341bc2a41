import { t } from '../i18n/texts.ts'

/** Names the client that started a recording. */
export function clientName(client: string): string {
  if (client === 'ui') return t('list.by.page')
  return client === 'home' ? t('list.by.home') : client
}

import { computed } from '@preact/signals'
import type { By } from '../../contract/by.ts'
import type { AllowedCommand } from '../../contract/commands.ts'
import type { MachineName } from '../../contract/replay.ts'
import { language } from '../i18n/texts.ts'
import { hasText, t } from './texts/texts.ts'

/** Made once for a language: each step lists commands. */
const lists = computed(() => new Intl.ListFormat(language.value, { type: 'conjunction' }))

/** Names who did something, as the subject of a sentence. */
export function subjectName({ side, client }: By): string {
  if (side === 'ui') return t('inspector.who.page')
  if (side === 'system') return t('inspector.who.recorder')
  return client === 'home' ? t('inspector.who.home') : t('inspector.who.client', { client })
}

/** Names who did something where there is little room. */
export function shortName({ side, client }: By): string {
  if (side !== 'api') return t(`inspector.side.${side}`)
  return client === 'home' ? t('inspector.side.home') : client
}

/** Says in words in which state a machine is; the state's path where there are none. */
export function stateWords(machine: MachineName, value: string): string {
  const key = `inspector.state.${machine}.${value}`
  return hasText(key) ? t(key) : value
}

/** Lists commands in words; says so when there is none. */
export function commandsText(commands: readonly AllowedCommand[]): string {
  if (commands.length === 0) return t('inspector.allowed.none')
  return lists.value.format(commands.map((command) => t(`inspector.allowed.${command}`)))
}

/** Says what a guard asks, in words; its name where there are none. */
export function guardWords(guard: string): string {
  const key = `inspector.guard.${guard}`
  return hasText(key) ? t(key) : guard
}

/** Formats a path such as `capturing.active` as `capturing › active`. */
export function pathText(value: string): string {
  return value.split('.').join(' › ')
}

import { computed, signal } from '@preact/signals'
import type { ErrorCode } from '../../contract/errors.ts'
import type { ApplicationError } from '../../contract/views.ts'
import type { WarningCode } from '../../contract/warnings.ts'
import { problemTexts } from '../i18n/shown-problems.ts'
import { hasText, type TextKey, t } from '../i18n/texts.ts'
import { application } from '../live/live-state.ts'

/** A condition that a person must know about at once. */
export interface Alarm {
  /** The same for the whole time that the condition lasts. */
  id: string
  code: ApplicationError['code']
  medium: ApplicationError['medium']
  title: string
  message: string
  remedy: string
  since: string
}

/** A clock that was set needs nobody's attention. */
const HARMLESS: readonly string[] = ['CLOCK_STEPPED']

/** The alarms in force, those of the recorder itself first. */
export const alarms = computed<Alarm[]>(() =>
  (application.value?.errors ?? [])
    .filter(({ code }) => !HARMLESS.includes(code))
    .map((error) => ({ ...describe(error), id: `${error.code}/${error.medium}/${error.since}` })),
)

/** The ids of alarms that a person has acknowledged. Their sound is off, their text stays. */
export const acknowledged = signal<ReadonlySet<string>>(new Set())

/** Turns the sound of the present alarms off. */
export function acknowledgeAlarms(): void {
  acknowledged.value = new Set(alarms.value.map(({ id }) => id))
}

function describe({ code, medium, message, since }: ApplicationError): Omit<Alarm, 'id'> {
  const [title, remedy = ''] = texts(code)
  return { code, medium, title: title ?? message, message, remedy, since }
}

/** Returns title and remedy of a code in the language of the page; nothing while it has none. */
function texts(code: ErrorCode | WarningCode): readonly [title?: string, remedy?: string] {
  const key = `alarm.${code}`
  if (hasText(key)) return [t(key), t(`${key}.remedy` as TextKey)]
  return problemTexts.value?.[code as ErrorCode] ?? []
}

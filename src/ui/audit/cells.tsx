import type { By } from '../../contract/by.ts'
import type { AccessAct } from '../../contract/custody.ts'
import { problemTexts } from '../i18n/shown-problems.ts'
import { locale } from '../i18n/texts.ts'
import { positionText } from '../player/time-text.ts'
import { inspectorHref, recordingHref } from '../shell/router.ts'
import { t } from './texts/texts.ts'

const SHOWN_ID = 8

/** A moment, with the seconds by which events are told apart. */
export function Moment({ at }: { at: string }) {
  const shown = new Date(at).toLocaleString(locale.value, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  })
  return <time dateTime={at}>{shown}</time>
}

/** Names a client where it is the subject. */
export function clientText({ side, client }: Pick<By, 'side' | 'client'>): string {
  if (side === 'ui') return t('audit.by.ui')
  if (side === 'system') return t('audit.by.recorder')
  return client === 'home' ? t('audit.by.home') : client
}

/** Who did something: the client, and the account of the system. */
export function Who({ by }: { by: By | null }) {
  if (by === null) return null
  return (
    <>
      {clientText(by)}
      {by.user !== '' && <span class="soft"> {by.user}</span>}
    </>
  )
}

/** A link to a recording; with a position of the log, to that moment in the inspector. */
export function RecordingLink(props: {
  row: { recordingId: string | null; erased: boolean }
  position?: number
}) {
  const { recordingId: id, erased } = props.row
  if (id === null) return null
  // An erased recording has no states to inspect, but still says who has seen it.
  const isInspected = props.position !== undefined && !erased
  return (
    <>
      <a
        href={isInspected ? inspectorHref(id, props.position) : recordingHref(id)}
        aria-label={t('audit.recording', { id })}
        title={id}
      >
        <code>{id.slice(0, SHOWN_ID)}</code>
      </a>
      {erased && <span class="soft"> {t('audit.erased')}</span>}
    </>
  )
}

/** Formats how long something took; says when it goes on. */
export function lengthText({ durationMs, to }: { durationMs: number; to: string | null }): string {
  const length = positionText(durationMs, durationMs < 60_000)
  return to === null ? t('audit.goesOn', { length }) : length
}

/** Says why something was refused: in words of the page, then in those of the recorder. */
export function Why({ code, detail, count }: { code: string; detail: string; count: number }) {
  const [title] = problemTexts.value?.[code as keyof typeof problemTexts.value] ?? [code]
  return (
    <>
      <span class="audit-why">{title}</span>
      {count > 1 && <span class="audit-times"> {t('audit.times', { count })}</span>}{' '}
      <span class="soft" lang="en">
        {detail}
      </span>
    </>
  )
}

/** Names an act of access, or a search. */
export function actText(act: AccessAct | 'searched'): string {
  return act === 'searched' ? t('audit.searched') : t(`player.access.${act}`)
}

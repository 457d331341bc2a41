import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { AccessView } from '../../../contract/custody.ts'
import { ProblemText } from '../../controls/problem-text.tsx'
import { type ShownProblem, toShownProblem } from '../../controls/shown-problem.ts'
import { onEvent } from '../../live/live-state.ts'
import { recorder } from '../../live/recorder.ts'
import { mediumName } from '../../record/medium-name.ts'
import { senderName } from '../../record/sender-name.ts'
import { t } from '../texts/texts.ts'
import { dateText } from '../time-text.ts'

const PAGE = 100

type Accesses =
  | { state: 'closed' }
  | { state: 'loading' }
  | { state: 'failed'; problem: ShownProblem | null }
  | { state: 'known'; items: readonly AccessView[]; nextCursor: string | null }

/** Lists who has seen what is in the recording, and when. It is read when it is opened. */
export function AccessList({ id }: { id: string }) {
  const accesses = useSignal<Accesses>({ state: 'closed' })
  const load = async (): Promise<void> => {
    const known = accesses.value.state === 'known' ? accesses.value : null
    if (known === null) accesses.value = { state: 'loading' }
    try {
      const cursor = known?.nextCursor ?? undefined
      const page = await recorder.accesses(id, { limit: PAGE, cursor })
      const items = [...(known?.items ?? []), ...page.items]
      accesses.value = { state: 'known', items, nextCursor: page.nextCursor }
    } catch (error) {
      accesses.value = { state: 'failed', problem: toShownProblem(error) }
    }
  }
  // A new access is the last one, so a list that is not complete need not change.
  useEffect(
    () =>
      onEvent((event) => {
        const { value } = accesses
        if (event.type !== 'recording.accessed' || event.recordingId !== id) return
        if (value.state !== 'known' || value.nextCursor !== null) return
        const { data, at, by } = event
        accesses.value = { ...value, items: [...value.items, { ...data, at, by }] }
      }),
    [id],
  )
  return (
    <details
      class="accesses"
      onToggle={({ currentTarget }) => {
        if (currentTarget.open && accesses.value.state !== 'known') void load()
      }}
    >
      <summary>{t('player.accesses')}</summary>
      <Content accesses={accesses.value} onMore={() => void load()} />
    </details>
  )
}

function Content({ accesses, onMore }: { accesses: Accesses; onMore: () => void }) {
  if (accesses.state === 'closed' || accesses.state === 'loading')
    return <p class="soft">{t('page.loading')}</p>
  if (accesses.state === 'failed') {
    return (
      <div role="alert" class="problem">
        {accesses.problem ? (
          <ProblemText problem={accesses.problem} />
        ) : (
          <p class="problem-title">{t('list.unreachable')}</p>
        )}
      </div>
    )
  }
  if (accesses.items.length === 0) return <p class="soft">{t('player.accesses.none')}</p>
  return (
    <>
      <ol class="access-list">
        {accesses.items.map((access, index) => (
          <Access key={index} access={access} />
        ))}
      </ol>
      {accesses.nextCursor !== null && (
        <button type="button" class="button button-small" onClick={onMore}>
          {t('player.accesses.more')}
        </button>
      )}
    </>
  )
}

function Access({ access: { act, media, at, by } }: { access: AccessView }) {
  return (
    <li class="access">
      <time class="access-time" dateTime={at}>
        {dateText(at)}
      </time>
      <span>
        {t(`player.access.${act}`)}
        {media.length > 0 && <span class="soft"> {media.map(mediumName).join(', ')}</span>}
      </span>
      <span class="access-by">
        {t('player.by', { name: senderName(by) })} <span class="soft">{by.user}</span>
      </span>
    </li>
  )
}

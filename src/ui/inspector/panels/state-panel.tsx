import { useMemo } from 'preact/hooks'
import { MEDIA } from '../../../contract/media.ts'
import type { ReplayState } from '../../../contract/replay.ts'
import { language } from '../../i18n/texts.ts'
import { application } from '../../live/live-state.ts'
import { mediumName } from '../../record/medium-name.ts'
import { t } from '../texts/texts.ts'
import { commandsText } from '../words.ts'
import { TagList } from './tag-list.tsx'

/** Shows the state at the moment: what each side may do, the tags, the contexts, and the log. */
export function StatePanel({ state }: { state: ReplayState }) {
  const { allowedCommands, recording, machinesVersion } = state
  const log = application.value?.storage.log
  return (
    <section class="card state-panel" aria-labelledby="state-title">
      <h2 id="state-title">{t('inspector.state')}</h2>
      <dl class="state-facts">
        <Fact name={t('inspector.may.api')} value={commandsText(allowedCommands.api)} />
        <Fact name={t('inspector.may.ui')} value={commandsText(allowedCommands.ui)} />
        <Fact name={t('inspector.version')} value={String(recording?.version ?? '–')} />
        <Fact name={t('inspector.log')} value={log ? t(`player.log.${log}`) : '–'} />
        <Fact name={t('inspector.machinesVersion')} value={String(machinesVersion)} />
      </dl>
      <TagList tags={recording?.tags ?? []} at={state.event?.at} />
      <Contexts state={state} />
    </section>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div class="state-fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Contexts({ state: { machines } }: { state: ReplayState }) {
  const { session, tracks } = machines
  const contexts = [session, tracks.mic, tracks.speaker, tracks.screen]
  // The same elements again cost nothing, and most steps leave the machines as they were.
  return useMemo(
    () => (
      <>
        <h3>{t('inspector.context')}</h3>
        <Context name={t('inspector.machine.session')} context={session.context} />
        {MEDIA.map((medium) => (
          <Context key={medium} name={mediumName(medium)} context={tracks[medium].context} />
        ))}
      </>
    ),
    [...contexts.map(({ context }) => context), language.value],
  )
}

function Context({ name, context }: { name: string; context: Record<string, unknown> }) {
  return (
    <details class="context">
      <summary>{name}</summary>
      <dl class="context-members">
        {Object.entries(context).map(([key, value]) => (
          <div key={key} class="context-member">
            <dt>{key}</dt>
            <dd>{memberText(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

/** Formats a member of a context: empty texts and nulls stand for "not set". */
function memberText(value: unknown): string {
  if (value === '' || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

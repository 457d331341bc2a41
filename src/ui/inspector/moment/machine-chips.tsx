import { MEDIA } from '../../../contract/media.ts'
import type { MachineName, MachineState, ReplayState } from '../../../contract/replay.ts'
import { mediumName } from '../../record/medium-name.ts'
import { t } from '../texts/texts.ts'
import { pathText, stateWords } from '../words.ts'

/** Shows the states of all machines at a glance. */
export function MachineChips({ state }: { state: ReplayState }) {
  const { control, session, tracks } = state.machines
  const changed = new Set(state.changes.map(({ machine, medium }) => medium ?? machine))
  const refused = state.refusal?.medium ?? state.refusal?.machine ?? null
  const props = (key: string) => ({
    isChanged: changed.has(key as never),
    isRefused: refused === key,
  })
  return (
    <ul class="chips" aria-label={t('inspector.machines')}>
      <Chip
        name={t('inspector.machine.control')}
        machine="control"
        state={control}
        {...props('control')}
      />
      <Chip
        name={t('inspector.machine.session')}
        machine="session"
        state={session}
        {...props('session')}
      />
      {MEDIA.map((medium) => (
        <Chip
          key={medium}
          name={mediumName(medium)}
          machine="track"
          state={tracks[medium]}
          {...props(medium)}
        />
      ))}
    </ul>
  )
}

function Chip({
  name,
  machine,
  state: { value },
  isChanged,
  isRefused,
}: {
  name: string
  machine: MachineName
  state: MachineState
  isChanged: boolean
  isRefused: boolean
}) {
  const mark = isRefused ? 'chip-refused' : isChanged ? 'chip-changed' : ''
  return (
    <li class={`chip ${mark}`} data-machine={machine} data-state={value}>
      <span class="chip-name">
        {name}
        {isRefused && <span class="chip-mark">{t('inspector.chip.refused')}</span>}
        {isChanged && <span class="chip-mark">{t('inspector.chip.changed')}</span>}
      </span>
      <span class="chip-words">{stateWords(machine, value)}</span>
      <code class="chip-path">{pathText(value)}</code>
    </li>
  )
}

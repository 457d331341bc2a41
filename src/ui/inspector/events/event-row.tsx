import { useMemo } from 'preact/hooks'
import type { MachineChange } from '../../../contract/replay.ts'
import { language } from '../../i18n/texts.ts'
import { eventText, kindOf } from '../../player/events/event-text.ts'
import { PlayerIcon } from '../../player/player-icon.tsx'
import { positionText } from '../../player/time-text.ts'
import type { Inspected } from '../opening/inspected.ts'
import { t } from '../texts/texts.ts'
import { shortName } from '../words.ts'

interface Props {
  index: number
  inspected: Inspected
  startMs: number
  top: number
  row: number
  rows: number
  isPresent: boolean
  /** Whether the Tab key leads to it. */
  isReachable: boolean
}

/** One event of the sequence: its number, time, what happened, by whom, and what it changed. */
export function EventRow({ index, inspected, startMs, top, row, rows, ...marks }: Props) {
  const { isPresent, isReachable } = marks
  // The same element again costs nothing, and most rows stay the same from step to step.
  return useMemo(() => {
    const event = inspected.replay.events[index - 1]
    if (event === undefined) return null
    const kind = kindOf(event)
    const changes = inspected.replay.changesOf(index).filter(({ from, to }) => from !== to)
    return (
      <li
        class="step"
        aria-posinset={row + 1}
        aria-setsize={rows}
        style={{ transform: `translateY(${top}px)` }}
      >
        <button
          type="button"
          class={`step-button step-${kind}`}
          data-index={index}
          tabIndex={isReachable ? 0 : -1}
          aria-current={isPresent ? 'step' : undefined}
          onClick={() => inspected.go(index)}
        >
          <span class="step-number">{index}</span>
          <span class="step-icon">
            <PlayerIcon name={kind} size={16} />
          </span>
          <span class="step-what">
            <span class="step-text">{eventText(event)}</span>
            <span class="step-time">
              {positionText(Math.max(0, Date.parse(event.at) - startMs), true)}
            </span>
          </span>
          <span class="step-how">
            <span class="step-more">
              {changes.length > 0 ? (
                changes.map((change) => <ChangeText key={change.machine} change={change} />)
              ) : (
                <span class="step-type">{event.type}</span>
              )}
            </span>
            <span class="step-by">{shortName(event.by)}</span>
          </span>
        </button>
      </li>
    )
  }, [inspected, index, startMs, top, row, rows, isPresent, isReachable, language.value])
}

/** Only the inner states: the machine's name is in the text of the event. */
function ChangeText({ change: { machine, from, to } }: { change: MachineChange }) {
  const last = (path: string): string => path.slice(path.lastIndexOf('.') + 1)
  return (
    <span class="step-change">
      <span class="hidden-text">{t(`inspector.machine.${machine}`)}: </span>
      {last(from)} → {last(to)}
    </span>
  )
}

import { useMemo } from 'preact/hooks'
import { eventText } from '../../player/events/event-text.ts'
import { PlayerIcon, type PlayerIconName } from '../../player/player-icon.tsx'
import type { Inspected } from '../opening/inspected.ts'
import { t } from '../texts/texts.ts'
import { type Runner, SPEEDS } from './runner.ts'
import { refusalMarks } from './step-marks.ts'

/** The slider and buttons that lead through the events. */
export function Stepper({ inspected, runner }: { inspected: Inspected; runner: Runner }) {
  const { value: index } = inspected.index
  const { value: count } = inspected.count
  const isLoaded = inspected.isComplete.value
  const event = inspected.replay.events[index - 1]
  const recording = inspected.state.value?.recording
  const isLive = inspected.follows.value && recording != null && recording.state !== 'Closed'
  return (
    <div class="stepper">
      <div class="stepper-buttons">
        <StepButton
          icon="previous"
          text={t('inspector.step.first')}
          onClick={() => inspected.go(0)}
          isOff={index === 0}
        />
        <StepButton
          icon="frameBack"
          text={t('inspector.step.back')}
          onClick={() => inspected.step(-1)}
          isOff={index === 0}
        />
        <button
          type="button"
          class="control control-play stepper-run"
          aria-label={t(runner.running.value ? 'inspector.step.stop' : 'inspector.step.run')}
          onClick={() => runner.toggle()}
        >
          <PlayerIcon name={runner.running.value ? 'pause' : 'play'} size={24} />
        </button>
        <StepButton
          icon="frameForward"
          text={t('inspector.step.forward')}
          onClick={() => inspected.step(1)}
          isOff={index >= count}
        />
        <StepButton
          icon="next"
          text={t('inspector.step.last')}
          onClick={() => inspected.go(count)}
          isOff={index >= count}
        />
        <Speed runner={runner} />
      </div>
      <div class="stepper-slide">
        <Marks inspected={inspected} />
        <input
          type="range"
          class="stepper-slider"
          min={0}
          max={Math.max(count, index)}
          value={index}
          aria-label={t('inspector.step.slider')}
          aria-valuetext={t('inspector.step.value', {
            index,
            count,
            text: event ? eventText(event) : t('inspector.moment.before'),
          })}
          onInput={({ currentTarget }) => {
            runner.stop()
            inspected.go(Number(currentTarget.value))
          }}
        />
      </div>
      <p class="stepper-count">
        <strong>{index}</strong> / {count}
        {!isLoaded && (
          <span class="stepper-loading" role="status">
            {t('inspector.loading', { count: inspected.total.value })}
          </span>
        )}
        {isLive && <span class="stepper-live">{t('inspector.follows')}</span>}
      </p>
    </div>
  )
}

function StepButton({
  icon,
  text,
  onClick,
  isOff,
}: {
  icon: PlayerIconName
  text: string
  onClick: () => void
  isOff: boolean
}) {
  return (
    // A button that turns itself off under the finger would lose the focus.
    <button
      type="button"
      class="control"
      aria-label={text}
      title={text}
      aria-disabled={isOff}
      onClick={onClick}
    >
      <PlayerIcon name={icon} />
    </button>
  )
}

function Speed({ runner }: { runner: Runner }) {
  return (
    <label class="stepper-speed">
      <span class="hidden-text">{t('inspector.step.speed')}</span>
      <select
        class="rate-choice"
        value={runner.speed.value}
        onChange={({ currentTarget }) => {
          runner.speed.value = Number(currentTarget.value)
        }}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed}×
          </option>
        ))}
      </select>
    </label>
  )
}

/** Where the refusals are. The list of events says the same in words. */
function Marks({ inspected }: { inspected: Inspected }) {
  const { value: count } = inspected.count
  // The same elements again cost nothing: there may be hundreds, and a step changes none.
  return useMemo(
    () => (
      <div class="stepper-marks" aria-hidden="true">
        {refusalMarks(inspected.replay.events).map((at) => (
          <span key={at} class="stepper-mark" style={{ left: `${at * 100}%` }} />
        ))}
      </div>
    ),
    [inspected, count],
  )
}

import { useEffect, useState } from 'preact/hooks'
import { RecorderProblem } from '../../../client/errors.ts'
import { ProblemText } from '../../controls/problem-text.tsx'
import { PlayerIcon } from '../player-icon.tsx'
import { type PlayerTextKey, t } from '../texts/texts.ts'
import { type ExportChoice, ExportJob, type ExportState } from './export-job.ts'

/** Lets a person choose how the recording is exported, and saves the file. */
export function ExportForm({ id, isOver }: { id: string; isOver: boolean }) {
  const [job] = useState(() => new ExportJob(id))
  useEffect(() => () => job.cancel(), [job])
  const [choice, setChoice] = useState<ExportChoice>({ gaps: 'fill', audio: 'mix' })
  const { value: state } = job.state
  const isBuilding = state.name === 'building'
  return (
    <details class="export">
      <summary class="button button-small">
        <PlayerIcon name="export" size={18} />
        {t('player.export')}
      </summary>
      <form
        class="export-form"
        onSubmit={(event) => {
          event.preventDefault()
          void job.start(choice)
        }}
      >
        <Choice
          name="gaps"
          values={{ fill: 'player.export.fill', cut: 'player.export.cut' }}
          value={choice.gaps}
          onChange={(gaps) => setChoice({ ...choice, gaps })}
        />
        <Choice
          name="audio"
          values={{ mix: 'player.export.mix', split: 'player.export.split' }}
          value={choice.audio}
          onChange={(audio) => setChoice({ ...choice, audio })}
        />
        {isBuilding ? (
          <button type="button" class="button" onClick={() => job.cancel()}>
            {t('player.export.cancel')}
          </button>
        ) : (
          <button type="submit" class="button button-primary" disabled={!isOver}>
            {t('player.export.save')}
          </button>
        )}
        {!isOver && <p class="soft">{t('player.export.notOver')}</p>}
        {isBuilding && (
          <progress max={100} value={state.percent} aria-label={t('player.export.building')} />
        )}
        <Outcome state={state} />
      </form>
    </details>
  )
}

function Choice<Value extends string>({
  name,
  values,
  value,
  onChange,
}: {
  name: 'gaps' | 'audio'
  values: Record<Value, PlayerTextKey>
  value: Value
  onChange: (value: Value) => void
}) {
  return (
    <fieldset class="export-choice">
      <legend>{t(`player.export.${name}`)}</legend>
      {(Object.entries(values) as [Value, PlayerTextKey][]).map(([one, text]) => (
        <label key={one}>
          <input
            type="radio"
            name={`export-${name}`}
            checked={one === value}
            onChange={() => onChange(one)}
          />
          {t(text)}
        </label>
      ))}
    </fieldset>
  )
}

function Outcome({ state }: { state: ExportState }) {
  const problem = state.name === 'failed' ? state.problem : null
  return (
    <div role="status" class="export-outcome">
      {state.name === 'building' && t('player.export.building')}
      {state.name === 'done' && t('player.export.done')}
      {state.name === 'failed' &&
        (problem instanceof RecorderProblem ? (
          <div class="field-error">
            <ProblemText problem={problem} />
          </div>
        ) : (
          <p class="field-error">{t('record.problem.unreachable')}</p>
        ))}
    </div>
  )
}

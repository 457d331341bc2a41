import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import type { Chart } from '../../../contract/chart.ts'
import { MEDIA, type Medium } from '../../../contract/media.ts'
import type { MachineName, ReplayState } from '../../../contract/replay.ts'
import { mediumName } from '../../record/medium-name.ts'
import { t } from '../texts/texts.ts'
import { stateWords } from '../words.ts'
import { loadChart, loadedChart } from './chart-files.ts'
import { ChartView } from './chart-view.tsx'

/** Shows the charts of control, of the session and of one track. */
export function Charts({ state }: { state: ReplayState }) {
  // The track that something happens to is the one that is of interest.
  const concerned = state.changes.find(({ medium }) => medium !== null)?.medium
  const asked = concerned ?? state.refusal?.medium ?? null
  const [chosen, choose] = useState<Medium>(asked ?? 'mic')
  useEffect(() => {
    if (asked !== null) choose(asked)
  }, [state.index, asked])
  return (
    <section class="charts" aria-label={t('inspector.charts')}>
      <MachinePanel machine="control" medium={null} state={state} />
      <MachinePanel machine="session" medium={null} state={state} />
      <MachinePanel machine="track" medium={chosen} state={state}>
        <fieldset class="track-choice">
          <legend class="hidden-text">{t('inspector.track.choose')}</legend>
          {MEDIA.map((medium) => (
            <label key={medium} class="track-option">
              <input
                type="radio"
                name="inspector-track"
                checked={medium === chosen}
                onChange={() => choose(medium)}
              />
              <span>{mediumName(medium)}</span>
            </label>
          ))}
        </fieldset>
      </MachinePanel>
    </section>
  )
}

function MachinePanel({
  machine,
  medium,
  state,
  children,
}: {
  machine: MachineName
  medium: Medium | null
  state: ReplayState
  children?: ComponentChildren
}) {
  const { machines, changes, refusal, machinesVersion } = state
  const chart = useChart(machine, machinesVersion)
  const present =
    medium === null ? machines[machine as 'control' | 'session'] : machines.tracks[medium]
  const isIt = (one: { machine: MachineName | null; medium: Medium | null }) =>
    one.machine === machine && one.medium === medium
  const name = t(`inspector.machine.${machine}`)
  const words = stateWords(machine, present.value)
  const title = t('inspector.chart.title', {
    machine: medium === null ? name : `${name} (${mediumName(medium)})`,
    state: words,
    path: present.value,
  })
  const change = changes.find(isIt)
  const refused = refusal !== null && isIt(refusal) ? refusal : null
  // The same element again costs nothing, and most steps leave a machine as it was.
  const drawing = useMemo(
    () =>
      chart !== null &&
      chart !== 'missing' && (
        <ChartView chart={chart} title={title} state={present} change={change} refusal={refused} />
      ),
    [chart, title, present.value, change, refused],
  )
  return (
    <div class="card machine" data-chart={machine}>
      <header class="machine-head">
        <h3>{name}</h3>
        <p class="machine-state">{words}</p>
        {children}
      </header>
      {chart === null && <p class="soft machine-missing">{t('page.loading')}</p>}
      {chart === 'missing' && <p class="soft machine-missing">{t('inspector.chart.missing')}</p>}
      {drawing}
    </div>
  )
}

function useChart(machine: MachineName, version: number): Chart | 'missing' | null {
  const [isMissing, setMissing] = useState(false)
  const [, setShown] = useState<Chart | null>(null)
  const chart = loadedChart(machine, version)
  useLayoutEffect(() => {
    setMissing(false)
    if (chart !== null) return
    let isShown = true
    loadChart(machine, version).then(
      (loaded) => isShown && setShown(loaded),
      () => isShown && setMissing(true),
    )
    return () => {
      isShown = false
    }
  }, [machine, version])
  return chart ?? (isMissing ? 'missing' : null)
}

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { RecorderProblem } from '../../client/errors.ts'
import type { ReplayState } from '../../contract/replay.ts'
import { ProblemText } from '../controls/problem-text.tsx'
import { current } from '../live/live-state.ts'
import { ProofPanel } from '../player/proof/proof-panel.tsx'
import { afterFrame } from '../shell/after-frame.ts'
import { hrefTo } from '../shell/router.ts'
import { Charts } from './charts/charts.tsx'
import { EventSequence } from './events/event-sequence.tsx'
import { InspectorHead } from './inspector-head.tsx'
import { MachineChips } from './moment/machine-chips.tsx'
import { MediaPanel } from './moment/media-panel.tsx'
import { MomentCard } from './moment/moment-card.tsx'
import { StepAnnouncer } from './moment/step-announcer.tsx'
import { ChooseRecording } from './opening/choose-recording.tsx'
import { positionIn } from './opening/early-state.ts'
import { type Beginning, Inspected } from './opening/inspected.ts'
import { ActorTree } from './panels/actor-tree.tsx'
import { DiffPanel } from './panels/diff-panel.tsx'
import { StatePanel } from './panels/state-panel.tsx'
import { followInspectorKeys } from './stepper/inspector-keys.ts'
import { KeysDialog } from './stepper/keys-dialog.tsx'
import { Runner } from './stepper/runner.ts'
import { Stepper } from './stepper/stepper.tsx'
import { useStepInAddress } from './stepper/use-step-in-address.ts'
import { t } from './texts/texts.ts'

/**
 * Shows every machine of a recording at any moment. Without an id, it shows the current recording
 * and follows it; when there is none, the newest to choose from. `query.position` is a position of
 * the log.
 */
export function InspectorView({ id, query }: { id: string | null; query: URLSearchParams }) {
  const [live, setLive] = useState<string | null>(null)
  const currentId = current.value?.id ?? null
  // A recording that has ended stays until another one begins.
  useEffect(() => {
    if (currentId !== null) setLive(currentId)
  }, [currentId])
  const shown = id ?? (query.has('choose') ? null : live)
  if (shown === null) return <ChooseRecording />
  return <Opening key={shown} id={shown} isLive={id === null} query={query} />
}

function Opening({ id, isLive, query }: { id: string; isLive: boolean; query: URLSearchParams }) {
  const [opened, setOpened] = useState<{ inspected: Inspected; runner: Runner } | null>(null)
  // Before the frame: the state may be there already.
  useLayoutEffect(() => {
    const inspected = new Inspected(id, beginningOf(id, query))
    const runner = new Runner(inspected)
    setOpened({ inspected, runner })
    return () => {
      runner.stop()
      inspected.close()
    }
  }, [id])
  if (opened === null) return <p class="notice">{t('page.loading')}</p>
  const { inspected } = opened
  const { value: state } = inspected.state
  const { value: problem } = inspected.problem
  if (state === null && problem !== null) return <Missing problem={problem} />
  if (state === null) return <p class="notice">{t('page.loading')}</p>
  return <Opened {...opened} state={state} isLive={isLive} query={query} />
}

function beginningOf(id: string, query: URLSearchParams): Beginning {
  const position = positionIn(query)
  if (position !== null) return { position }
  return current.peek()?.id === id ? 'newest' : 'first'
}

function Missing({ problem }: { problem: unknown }) {
  const shown = problem instanceof RecorderProblem ? problem : null
  return (
    <section class="notice" role="alert">
      <h1>{t('inspector.missing')}</h1>
      {shown && <ProblemText problem={shown} />}
      <p>
        <a class="button" href={hrefTo('/inspector', { choose: 1 })}>
          {t('inspector.choose')}
        </a>
      </p>
    </section>
  )
}

interface OpenedProps {
  inspected: Inspected
  runner: Runner
  state: ReplayState
  isLive: boolean
  query: URLSearchParams
}

function Opened({ inspected, runner, state, isLive, query }: OpenedProps) {
  const search = useRef<HTMLInputElement>(null)
  const keys = useRef<HTMLDialogElement>(null)
  const showKeys = () => keys.current?.showModal()
  useEffect(
    () =>
      followInspectorKeys({
        inspected,
        runner,
        focusFilter: () => search.current?.focus(),
        showKeys,
      }),
    [inspected, runner],
  )
  useStepInAddress(inspected, query, isLive)
  const [isFrameShown, setFrameShown] = useState(false)
  // What lies below comes with the second frame: the first one is shown sooner.
  useLayoutEffect(() => afterFrame(() => setFrameShown(true)), [])
  const startedAt = inspected.replay.events[0]?.at ?? state.recording?.startedAt ?? null
  const startMs = Date.parse(state.recording?.startedAt ?? startedAt ?? '')
  const ms = state.event === null ? null : Date.parse(state.event.at) - startMs
  return (
    <article
      class="inspector"
      data-index={state.index}
      data-complete={inspected.isComplete.value && isFrameShown}
    >
      <InspectorHead inspected={inspected} startedAt={startedAt} onShowKeys={showKeys} />
      <Stepper inspected={inspected} runner={runner} />
      {inspected.problem.value !== null && (
        <p role="alert" class="inspector-problem">
          {t('inspector.incomplete')}
        </p>
      )}
      <StepAnnouncer state={state} isQuiet={runner.running.value} />
      <div class="inspector-body">
        <div class="inspector-moment">
          <div class="inspector-what">
            {/* The states keep their places from step to step; what happened is of any height. */}
            <MachineChips state={state} />
            <MomentCard state={state} startMs={startMs} />
          </div>
          <MediaPanel id={inspected.id} ms={ms} />
        </div>
        <EventSequence inspected={inspected} search={search} startMs={startMs} />
        <div class="inspector-panels">
          <Charts state={state} />
          {isFrameShown && (
            <div class="inspector-more">
              <StatePanel state={state} />
              <DiffPanel inspected={inspected} />
              <ActorTree state={state} />
            </div>
          )}
        </div>
      </div>
      {isFrameShown && (
        <ProofPanel
          id={inspected.id}
          isClosed={inspected.isClosed.value}
          position={state.event?.position ?? inspected.replay.events[0]?.position ?? 1}
        />
      )}
      {isFrameShown && <KeysDialog dialog={keys} />}
    </article>
  )
}

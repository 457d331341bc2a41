import { effect } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { RecorderProblem } from '../../client/errors.ts'
import { ProblemText } from '../controls/problem-text.tsx'
import { hrefTo } from '../shell/router.ts'
import { CustodyPanel } from './custody/custody-panel.tsx'
import { ErasedNotice } from './erased-notice.tsx'
import { EventList } from './events/event-list.tsx'
import { eventMoments, frameMsOf } from './events/moments.ts'
import { PlayerControls } from './player-controls.tsx'
import { PlayerHead } from './player-head.tsx'
import { followPlayerKeys } from './player-keys.ts'
import { createPlayer } from './playing/create-player.ts'
import type { PlayTimeline } from './playing/play-timeline.ts'
import type { Player } from './playing/player.ts'
import { RecordedData } from './playing/recorded-data.ts'
import { ProofPanel } from './proof/proof-panel.tsx'
import { Stage } from './stage.tsx'
import { t } from './texts/texts.ts'
import { TimelineView } from './timeline/timeline-view.tsx'
import { UnplayableNotice } from './unplayable-notice.tsx'

/** Plays one recording. `query.at` is a moment of it in milliseconds. */
export function PlayerView({ id, query }: { id: string; query: URLSearchParams }) {
  const [data, setData] = useState<RecordedData | null>(null)
  useEffect(() => {
    const opened = new RecordedData(id)
    setData(opened)
    return () => opened.close()
  }, [id])
  if (data === null) return <p class="notice">{t('page.loading')}</p>
  const { value: recording } = data.recording
  const { value: problem } = data.problem
  if (recording === null && problem !== null) return <Missing problem={problem} />
  if (recording === null) return <p class="notice">{t('page.loading')}</p>
  if (recording.erased) return <ErasedNotice recording={recording} />
  return <Opened data={data} at={query.get('at')} />
}

function Missing({ problem }: { problem: unknown }) {
  const shown = problem instanceof RecorderProblem ? problem : null
  return (
    <section class="notice" role="alert">
      <h1>{t('player.missing')}</h1>
      {shown && <ProblemText problem={shown} />}
      <p>
        <a class="button" href={hrefTo('/recordings')}>
          {t('player.toList')}
        </a>
      </p>
    </section>
  )
}

function Opened({ data, at }: { data: RecordedData; at: string | null }) {
  const video = useRef<HTMLVideoElement>(null)
  const sounds = useRef<HTMLDivElement>(null)
  const screen = useRef<HTMLDivElement>(null)
  const [player, setPlayer] = useState<Player | null>(null)
  const { value: recording } = data.recording
  useEffect(() => {
    const { value: timeline } = data.timeline
    if (timeline === null || video.current === null || sounds.current === null) return
    const created = createPlayer(data.id, timeline, video.current, sounds.current)
    setPlayer(created)
    const endKeys = followPlayerKeys({
      player: created,
      screen: () => screen.current,
      frameMs: () => frameMsOf(data.events.value),
      moments: () => eventMoments(data.events.value, timeline.startMs),
    })
    // A recording in progress grows.
    const endGrowing = effect(() => {
      if (data.timeline.value !== null) created.setTimeline(data.timeline.value)
    })
    return () => {
      endGrowing()
      endKeys()
      created.close()
    }
  }, [data])
  useEffect(() => {
    if (player === null) return
    const ms = Number(at ?? firstMedia(player.timeline.peek()))
    if (Number.isFinite(ms)) player.seek(ms)
  }, [player, at])
  return (
    <article class="player">
      <PlayerHead data={data} player={player} />
      <div class="player-body">
        <div class="player-screen" ref={screen}>
          <Stage video={video} player={player} data={data} />
          {player && (
            <UnplayableNotice player={player} keyMissing={recording?.keyMissing ?? false} />
          )}
          {player && <PlayerControls player={player} data={data} screen={screen} />}
        </div>
        {player && <TimelineView data={data} player={player} />}
        <EventList data={data} player={player} />
      </div>
      {recording && <CustodyPanel recording={recording} />}
      <Proof data={data} />
      <div hidden ref={sounds} data-sounds />
    </article>
  )
}

function Proof({ data }: { data: RecordedData }) {
  const { value: recording } = data.recording
  const last = data.events.value.at(-1)
  if (recording === null || last === undefined) return null
  const isClosed = recording.state === 'Closed'
  return <ProofPanel id={data.id} isClosed={isClosed} position={last.position} />
}

/** Where the first media begin. Before that there is nothing to see. */
function firstMedia({ tracks }: PlayTimeline): number {
  return Math.min(...tracks.flatMap(({ media }) => media[0]?.fromMs ?? []))
}

import { useEffect, useRef, useState } from 'preact/hooks'
import { MEDIA, type Medium } from '../../../contract/media.ts'
import { createPlayer } from '../../player/playing/create-player.ts'
import { itemAt, type PlayTimeline } from '../../player/playing/play-timeline.ts'
import type { Player } from '../../player/playing/player.ts'
import { positionText } from '../../player/time-text.ts'
import { mediumName } from '../../record/medium-name.ts'
import { afterFrame } from '../../shell/after-frame.ts'
import { recordingHref } from '../../shell/router.ts'
import { t } from '../texts/texts.ts'
import { MomentMedia } from './moment-media.ts'

/** Shows what was on the screen at the moment, and where the sounds are. */
export function MediaPanel({ id, ms }: { id: string; ms: number | null }) {
  const [media, setMedia] = useState<MomentMedia | null>(null)
  useEffect(() => {
    let opened: MomentMedia | undefined
    let isShown = true
    // Thousands of segments and tags would delay the state that is shown first.
    afterFrame(() => {
      if (!isShown) return
      opened = new MomentMedia(id)
      setMedia(opened)
    })
    return () => {
      isShown = false
      opened?.close()
    }
  }, [id])
  const timeline = media?.timeline.value ?? null
  return (
    <section class="card media-panel" aria-labelledby="media-title">
      <header class="media-head">
        <h2 id="media-title">{t('inspector.media')}</h2>
        {ms !== null && timeline !== null && (
          <a class="button button-small" href={recordingHref(id, Math.max(0, Math.round(ms)))}>
            {t('inspector.media.play')}
          </a>
        )}
      </header>
      {timeline === null || ms === null ? (
        <p class="soft">{t('inspector.media.none')}</p>
      ) : (
        <>
          <Picture id={id} timeline={timeline} ms={ms} />
          <ul class="media-places">
            {MEDIA.map((medium) => (
              <li key={medium} data-medium={medium}>
                <span class="media-name">{mediumName(medium)}</span>
                <span>{placeText(timeline, medium, ms)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** Says where in a track's media the moment is, or why there are none. */
function placeText(timeline: PlayTimeline, medium: Medium, ms: number): string {
  const track = timeline.tracks.find((one) => one.medium === medium)
  if (track === undefined) return t('inspector.media.notRecorded')
  const item = itemAt(track.media, ms)
  if (item !== undefined)
    return t('inspector.media.place', {
      segment: item.segment.number,
      time: positionText(ms - item.fromMs, true),
    })
  const gap = itemAt(track.gaps, ms)
  return gap === undefined ? t('inspector.media.over') : t(`player.gap.${gap.reason}`)
}

function Picture({ id, timeline, ms }: { id: string; timeline: PlayTimeline; ms: number }) {
  const video = useRef<HTMLVideoElement>(null)
  const [player, setPlayer] = useState<Player | null>(null)
  const screen = timeline.tracks.find(({ medium }) => medium === 'screen')
  useEffect(() => {
    if (screen === undefined || video.current === null) return
    // A still picture needs no sound.
    const only = { ...timeline, tracks: [screen] }
    if (player !== null) {
      player.setTimeline(only)
      return
    }
    setPlayer(createPlayer(id, only, video.current, document.createElement('div')))
  }, [id, timeline, screen])
  useEffect(() => () => player?.close(), [player])
  useEffect(() => player?.seek(ms), [player, ms])
  if (screen === undefined) return null
  const gap = itemAt(screen.media, ms) === undefined
  return (
    <div class="media-stage" data-picture={gap ? 'none' : 'shown'}>
      <video ref={video} class="stage-video" playsInline muted tabIndex={-1} />
      {gap && (
        <div class="card-over media-gap">
          <p>{t('inspector.media.noPicture')}</p>
          <p class="media-gap-reason">{placeText(timeline, 'screen', ms)}</p>
        </div>
      )}
    </div>
  )
}

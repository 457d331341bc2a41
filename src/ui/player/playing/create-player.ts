import type { MediaItem } from '../../../composition/plan/timeline.ts'
import { recorder } from '../../live/recorder.ts'
import type { PlayTimeline, PlayTrack } from './play-timeline.ts'
import { Player } from './player.ts'
import { readSegmentRange, segmentUrl } from './recorded-data.ts'
import { ScreenPlayer } from './screen-player.ts'
import { SoundPlayer } from './sound-player.ts'

/** Creates the player of a recording. The elements of its sounds are put into `sounds`. */
export function createPlayer(
  id: string,
  timeline: PlayTimeline,
  video: HTMLVideoElement,
  sounds: HTMLElement,
): Player {
  const urlOf = ({ segment }: MediaItem): string => segmentUrl(id, segment.medium, segment.number)
  return new Player(timeline, (track: PlayTrack) => {
    if (track.medium !== 'screen') return new SoundPlayer(track, urlOf, sounds)
    return new ScreenPlayer(track, video, (item) => ({
      readIndex: () => recorder.segmentIndex(id, item.segment.number),
      read: (first, last) => readSegmentRange(urlOf(item), first, last),
    }))
  })
}

import { useComputed } from '@preact/signals'
import { groupPoints, type Point, pointsOf } from '../events/points.ts'
import { PlayerIcon } from '../player-icon.tsx'
import type { Player } from '../playing/player.ts'
import type { RecordedData } from '../playing/recorded-data.ts'
import { positionText } from '../time-text.ts'
import type { TimelineZoom } from './timeline-zoom.ts'

const POINT_PX = 28
/** Where several moments are in one place, the most important one gives the icon. */
const RANK: Record<Point['kind'], number> = { marker: 3, warning: 2, refusal: 1, tag: 0 }

/**
 * The moments above the time line. They are for the pointer: by keyboard, the list of events and
 * the keys lead to the same moments.
 */
export function TimelinePoints({
  data,
  player,
  zoom,
}: {
  data: RecordedData
  player: Player
  zoom: TimelineZoom
}) {
  const { startMs } = player.timeline.value
  const groups = useComputed(() => {
    const { value: scale } = zoom.scale
    return scale > 0 ? groupPoints(pointsOf(data.events.value, startMs), POINT_PX / scale) : []
  }).value
  return (
    <div class="points" aria-hidden="true">
      {groups.map((group) => (
        <PointButton
          key={group[0]?.ms}
          group={group}
          x={(group[0]?.ms ?? 0) * zoom.scale.value}
          onJump={(ms) => player.seek(ms)}
        />
      ))}
    </div>
  )
}

function PointButton({
  group,
  x,
  onJump,
}: {
  group: readonly Point[]
  x: number
  onJump: (ms: number) => void
}) {
  const [main] = group.toSorted((a, b) => RANK[b.kind] - RANK[a.kind])
  if (main === undefined) return null
  const title = group.map(({ ms, text }) => `${positionText(ms)}  ${text}`).join('\n')
  return (
    <button
      type="button"
      tabIndex={-1}
      class={`point point-${main.kind} point-${main.colour ?? 'plain'}`}
      title={title}
      style={{ left: `${x}px` }}
      onClick={() => onJump(main.ms)}
    >
      <PlayerIcon name={main.kind} size={18} />
      {group.length > 1 && <span class="point-count">{group.length}</span>}
    </button>
  )
}

import type { WaylandOutput } from '../../../wayland/connection.ts'
import type { CastStream } from './screen-cast.ts'

/**
 * Whether a stream shows this monitor and nothing else. It is at the same place and has the same
 * shape; its size is in the compositor's units, which a scaled monitor has fewer of than pixels.
 */
export function showsMonitor(
  { x, y, width, height }: CastStream,
  monitor: Pick<WaylandOutput, 'x' | 'y' | 'width' | 'height'>,
): boolean {
  const isThere = x === monitor.x && y === monitor.y
  // Scaled sizes are rounded.
  const difference = Math.abs(width * monitor.height - height * monitor.width)
  return isThere && difference <= 2 * Math.max(monitor.width, monitor.height)
}

import { execFileSync } from 'node:child_process'
import { readMedia, unsealed } from '../../lab/unsealed.ts'

/** Lists milliseconds and the offset of the fragment of each key frame, as ffprobe finds them. */
export function keyFramesByFfprobe(path: string): [ms: number, offset: number][] {
  const file = readMedia(path)
  const entries = ['-select_streams', 'v', '-show_entries', 'packet=pts_time,pos,flags']
  const output = execFileSync(
    'ffprobe',
    ['-v', 'error', ...entries, '-of', 'json', unsealed(path)],
    {
      maxBuffer: 1e8,
    },
  )
  const { packets } = JSON.parse(String(output)) as {
    packets: { pts_time: string; pos: string; flags: string }[]
  }
  return packets
    .filter(({ flags }) => flags.startsWith('K'))
    .map(({ pts_time, pos }) => [
      Math.round(Number(pts_time) * 1_000_000) / 1_000,
      // Its `moof` comes before the frame.
      file.lastIndexOf('moof', Number(pos), 'latin1') - 4,
    ])
}

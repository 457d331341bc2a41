/** A span of time, epoch ms. */
export interface Span {
  from: number
  to: number
}

/** The content of a time line. Times are epoch ms. */
export interface Timeline {
  span: Span
  tracks: { name: string; media: Span[]; gaps: (Span & { reason: string })[] }[]
  marks: { at: number; label: string }[]
}

const NAME_WIDTH = 9

/**
 * Draws a time line in plain characters: a scale, a line for each track (`=` for media, dots and
 * the reason for a gap), and a line for each mark.
 */
export function drawTimeline({ span, tracks, marks }: Timeline, width = 64): string {
  const msPerCell = Math.max(1, span.to - span.from) / width
  const cell = (at: number): number =>
    Math.max(0, Math.min(width, Math.round((at - span.from) / msPerCell)))

  const trackLine = (track: Timeline['tracks'][number]): string => {
    const cells: string[] = Array(width).fill(' ')
    for (const gap of track.gaps) {
      const length = cell(gap.to) - cell(gap.from)
      const word = gap.reason.length + 2 <= length ? gap.reason : ''
      const left = Math.floor((length - word.length) / 2)
      cells.splice(
        cell(gap.from),
        length,
        ...word.padStart(left + word.length, '.').padEnd(length, '.'),
      )
    }
    for (const media of track.media)
      cells.fill('=', cell(media.from), Math.max(cell(media.from) + 1, cell(media.to)))
    return cells.slice(0, width).join('')
  }
  const markLine = ({ at, label }: Timeline['marks'][number]): string => {
    const position = Math.min(width - 1, cell(at))
    // The label is on the side of its mark that has more room.
    if (position < width / 2) return `${' '.repeat(position)}^ ${label}`
    return `${`${label} `.padStart(position)}^`
  }
  const seconds = `${((span.to - span.from) / 1000).toFixed(1)} s`
  const row = (name: string, text: string): string => (name.padEnd(NAME_WIDTH) + text).trimEnd()
  return [
    row('', `0 s${seconds.padStart(width - 3)}`),
    ...tracks.map((track) => row(track.name, trackLine(track))),
    ...marks.map((mark) => row('tag', markLine(mark))),
  ].join('\n')
}

import type { Mark } from './report-model.ts'

/** Marks that are so close to each other that they are drawn as one. */
export interface Cluster {
  x: number
  marks: Mark[]
  /** How much room its label has, and whether that is to the left of it. */
  room: number
  isLeft: boolean
}

/** The marks of one kind, in a lane of their own. */
export interface MarkLane {
  kind: Mark['kind']
  clusters: Cluster[]
}

const KINDS: readonly Mark['kind'][] = [
  ...(['consent', 'marker', 'tag', 'refusal', 'warning', 'access'] as const),
]
const CLOSEST = 18
/** The label of a mark with less room before the end is to the left of it. */
const LABEL = 120

/**
 * Puts marks into lanes that end at `end`. `xOf` returns the place of a mark; null leaves it out.
 */
export function clusterMarks(
  marks: readonly Mark[],
  end: number,
  xOf: (mark: Mark) => number | null,
): MarkLane[] {
  return KINDS.flatMap((kind): MarkLane[] => {
    const clusters: Cluster[] = []
    for (const mark of marks) {
      const x = mark.kind === kind ? xOf(mark) : null
      if (x === null) continue
      const last = clusters.at(-1)
      if (last && x - last.x < CLOSEST) last.marks.push(mark)
      else clusters.push({ x, marks: [mark], room: 0, isLeft: false })
    }
    for (const [at, cluster] of clusters.entries())
      cluster.room = (clusters[at + 1]?.x ?? end) - cluster.x
    makeRoomAtEnd(clusters)
    return clusters.length === 0 ? [] : [{ kind, clusters }]
  })
}

function makeRoomAtEnd(clusters: readonly Cluster[]): void {
  const [before, last] = [clusters.at(-2), clusters.at(-1)]
  if (last === undefined || last.room >= LABEL) return
  if (before !== undefined && before.room < 2 * LABEL) return
  last.isLeft = true
  last.room = LABEL
  if (before) before.room -= LABEL
}

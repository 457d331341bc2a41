import type { Mark } from './report-model.ts'

/** Marks that are so close to each other that they are drawn as one. */
export interface Cluster {
  x: number
  marks: Mark[]
  /** How much room there is until the next one. */
  room: number
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
const END = 986

/** Puts marks into lanes. `xOf` returns the place of a mark; null leaves it out. */
export function clusterMarks(
  marks: readonly Mark[],
  xOf: (mark: Mark) => number | null,
): MarkLane[] {
  return KINDS.flatMap((kind): MarkLane[] => {
    const clusters: Cluster[] = []
    for (const mark of marks) {
      const x = mark.kind === kind ? xOf(mark) : null
      if (x === null) continue
      const last = clusters.at(-1)
      if (last && x - last.x < CLOSEST) last.marks.push(mark)
      else clusters.push({ x, marks: [mark], room: 0 })
    }
    for (const [at, cluster] of clusters.entries())
      cluster.room = (clusters[at + 1]?.x ?? END) - cluster.x
    return clusters.length === 0 ? [] : [{ kind, clusters }]
  })
}

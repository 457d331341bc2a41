import type { InspectionMessage } from '../../../contract/inspection.ts'
import { MEDIA } from '../../../contract/media.ts'
import type { ReplayState } from '../../../contract/replay.ts'

/** An actor with the actors that it runs. */
export interface ActorNode {
  id: string
  name: string
  /** Its present state, such as `capturing.active`; null for an actor without states. */
  state: string | null
  /** Members of its context that are worth a look, by name. */
  facts: Readonly<Record<string, string | number>>
  children: ActorNode[]
}

type Known = Omit<ActorNode, 'children'> & { parentId: string | undefined }

/** The actors that are alive, as the messages of the feed tell. */
export class LiveActors {
  readonly #actors = new Map<string, Known>()

  /** Takes over what one message says. */
  observe(message: InspectionMessage): void {
    if (message.type === '@xstate.event') return
    const { sessionId, snapshot } = message
    const known = message.type === '@xstate.actor' ? message : this.#actors.get(sessionId)
    if (snapshot.status !== 'active') this.#actors.delete(sessionId)
    else if (known !== undefined) {
      this.#actors.set(sessionId, {
        id: sessionId,
        parentId: known.parentId,
        name: known.name,
        state: valueText(snapshot.value),
        facts: factsOf(snapshot.context),
      })
    }
  }

  /** Returns the actors that no other living one runs, with those that they run. */
  roots(): ActorNode[] {
    const nodes = new Map<string, ActorNode>()
    for (const { parentId: _, ...actor } of this.#actors.values())
      nodes.set(actor.id, { ...actor, children: [] })
    const roots: ActorNode[] = []
    for (const [id, { parentId }] of this.#actors) {
      const node = nodes.get(id)!
      const siblings = nodes.get(parentId ?? '')?.children ?? roots
      siblings.push(node)
    }
    return roots
  }
}

function valueText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return null
  const [[name, inner] = []] = Object.entries(value)
  const rest = valueText(inner)
  return name === undefined ? null : rest === null ? name : `${name}.${rest}`
}

/** Capture, process and clock have few members; those of a machine are shown elsewhere. */
const FACTS = ['pid', 'startedAt', 'firesAt', 'segment', 'device', 'version']

function factsOf(context: unknown): ActorNode['facts'] {
  if (typeof context !== 'object' || context === null) return {}
  const facts: Record<string, string | number> = {}
  for (const name of FACTS) {
    const value = (context as Record<string, unknown>)[name]
    if (typeof value === 'string' || typeof value === 'number') facts[name] = value
    else if (typeof value === 'object' && value !== null && 'label' in value)
      facts[name] = String(value.label)
  }
  return facts
}

/** An actor in a tree that is shown as rows. */
export interface ActorRow {
  actor: ActorNode
  /** 1 for an actor that no other runs. */
  level: number
  /** Its place among those that the same actor runs, from 1, and their number. */
  place: number
  siblings: number
}

/** Returns all actors of a tree as rows: each one before those that it runs. */
export function actorRows(actors: readonly ActorNode[], level = 1): ActorRow[] {
  return actors.flatMap((actor, at) => [
    { actor, level, place: at + 1, siblings: actors.length },
    ...actorRows(actor.children, level + 1),
  ])
}

/**
 * Returns the row to which a key leads from another one, which is the same where there is no other;
 * null for a key that has no meaning in a tree.
 */
export function rowAfterKey(rows: readonly ActorRow[], from: number, key: string): number | null {
  const last = rows.length - 1
  const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 }[key]
  if (by !== undefined) return Math.min(Math.max(0, from + by), last)
  if (key === 'Home') return Math.min(0, last)
  if (key === 'End') return last
  const level = rows[from]?.level ?? 0
  if (key === 'ArrowRight') return rows[from + 1]?.level === level + 1 ? from + 1 : from
  if (key !== 'ArrowLeft') return null
  const runsIt = rows.slice(0, from).findLastIndex((row) => row.level === level - 1)
  return runsIt === -1 ? from : runsIt
}

/** Returns the actors of a recording at a moment, as the fold knows them. */
export function foldedActors({ recordingId, machines }: ReplayState): ActorNode {
  const { control, session, tracks } = machines
  const leaf = (name: string, state: string): ActorNode => ({
    ...{ id: name, name, state },
    ...{ facts: {}, children: [] },
  })
  return {
    ...{ id: recordingId, name: `recording ${recordingId}`, state: null, facts: {} },
    children: [
      leaf('control', control.value),
      leaf('session', session.value),
      ...MEDIA.map((medium) => leaf(`track:${medium}`, tracks[medium].value)),
    ],
  }
}

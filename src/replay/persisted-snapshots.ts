import type { AnyMachineSnapshot } from 'xstate'
import { MEDIA } from '../contract/media.ts'
import type { Snapshots } from './machine-states.ts'

/** The machines of a recording as XState's persisted snapshots. JSON. */
export interface PersistedSnapshots {
  control: unknown
  session: unknown
  tracks: Record<(typeof MEDIA)[number], unknown>
}

/**
 * Returns snapshots that `createActor(machine, { snapshot })` takes. They hold no children: whoever
 * looks at the past must not open a capture or set a clock.
 */
export function persistedSnapshots({ control, session, tracks }: Snapshots): PersistedSnapshots {
  const persist = ({ status, value, context }: AnyMachineSnapshot) =>
    structuredClone({ status, value, context, children: {}, historyValue: {}, tags: [] })
  return {
    control: persist(control),
    session: persist(session),
    tracks: Object.fromEntries(
      MEDIA.map((medium) => [medium, persist(tracks[medium])]),
    ) as PersistedSnapshots['tracks'],
  }
}

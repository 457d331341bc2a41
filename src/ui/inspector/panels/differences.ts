import type { ReplayState } from '../../../contract/replay.ts'

/** A member of the state that differs between two moments. */
export interface Difference {
  /** The member's path, such as `machines.session.context.endsAt`. */
  path: string
  /** The value at the first moment; undefined where there is none. */
  from: unknown
  to: unknown
}

/** Lists what differs between two moments of a recording: machines, tags, view and commands. */
export function differencesOf(from: ReplayState, to: ReplayState): Difference[] {
  const differences: Difference[] = []
  compare('', comparedPart(from), comparedPart(to), differences)
  return differences
}

function comparedPart({ machines, recording, allowedCommands, machinesVersion }: ReplayState) {
  const { control, session, tracks } = machines
  return {
    machinesVersion,
    control,
    session,
    tracks,
    // A tag is found by its key, wherever it stands.
    tags: Object.fromEntries((recording?.tags ?? []).map(({ key, value }) => [key, value])),
    recording: recording && { ...recording, tags: undefined },
    allowedCommands,
  }
}

function compare(path: string, from: unknown, to: unknown, found: Difference[]): void {
  if (from === to) return
  if (!isRecord(from) || !isRecord(to)) {
    if (JSON.stringify(from) !== JSON.stringify(to)) found.push({ path, from, to })
    return
  }
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
    compare(path === '' ? key : `${path}.${key}`, from[key], to[key], found)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

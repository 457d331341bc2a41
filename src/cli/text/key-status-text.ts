import type { KeyStatus } from '../../contract/custody.ts'
import { localTime } from './quantities.ts'
import { type Style, wrap } from './style.ts'
import { twoColumns } from './two-columns.ts'

const PLACES = {
  system: 'in the key store of the system',
  file: 'in a file of the home folder, which only this user can read',
}

/** Describes the state of the keys to a person. */
export function keyStatusText(status: KeyStatus, style: Style): string {
  const { problem, masterKey } = status
  const state = problem === null ? style.good('The keys can be used.') : style.bad(problem)
  if (masterKey === null)
    return problem === null
      ? 'There are no keys yet. The first start of the recorder makes them.'
      : state
  const lines = twoColumns(
    [
      ['Master key', `${masterKey.id}, ${PLACES[masterKey.place]}`],
      ['Made', localTime(masterKey.createdAt)],
      ['Backup', status.backedUpAt === null ? 'none' : localTime(status.backedUpAt)],
      ['Recordings', recordingsText(status)],
      ['Destroyed since', `${status.destroyed} ${status.destroyed === 1 ? 'key' : 'keys'}`],
      ...rotationFacts(status),
    ],
    style,
  )
  return [
    state,
    '',
    lines,
    ...advice(status).map((line) => wrap(`-> ${line}`, style.columns)),
  ].join('\n')
}

function recordingsText({ recordings, escrowed, withoutFiles }: KeyStatus): string {
  const keys = `${recordings} ${recordings === 1 ? 'key' : 'keys'}`
  const more = [
    ...(escrowed > 0 ? [`${escrowed} also wrapped for an organisation`] : []),
    ...(withoutFiles > 0 ? [`${withoutFiles} without files`] : []),
  ]
  return [keys, ...more].join(', ')
}

function rotationFacts({ rotation }: KeyStatus): [string, string][] {
  if (rotation === null) return []
  const { from, done, total, problem } = rotation
  return [['Rotation', `replaces ${from}: ${done} of ${total}${problem ? `. ${problem}` : ''}`]]
}

function advice({ problem, fileReason, backedUpAt, destroyed, rotation }: KeyStatus): string[] {
  if (problem !== null)
    return ['Unlock the key store of this user, or restore the key with f2f key restore FILE.']
  return [
    ...(fileReason === null ? [] : [`${fileReason} With one, f2f key rotate moves the key there.`]),
    ...(backedUpAt === null ? ['Make a backup with f2f key backup FILE.'] : []),
    ...(destroyed > 0 && rotation === null
      ? [
          'Old backups may still open erased recordings: run f2f key rotate, and destroy the old backups.',
        ]
      : []),
  ]
}

import type { AccessAct, AccessView } from '../../contract/custody.ts'
import { localTime } from './quantities.ts'
import { printable, type Style } from './style.ts'
import { type Column, table } from './table.ts'

const COLUMNS: Column[] = [{ rank: 0 }, { rank: 0 }, { rank: 0 }, { rank: 1 }]

const ACTS: Record<AccessAct, string> = {
  played: 'played',
  downloaded: 'downloaded',
  exported: 'exported',
  bundled: 'downloaded as a bundle',
  watched: 'watched live',
  replayed: 'replayed',
  readEvents: 'read the events',
  inspected: 'inspected',
  verified: 'verified',
}

/** Formats who has seen what is in a recording, oldest first. */
export function accessesText(accesses: readonly AccessView[], style: Style): string {
  if (accesses.length === 0) return '  Nobody has seen what is in it.'
  const rows = accesses.map(({ act, media, at, by }) => [
    localTime(at),
    `${by.side}/${printable(by.client)}`,
    media.length === 0 ? ACTS[act] : `${ACTS[act]}: ${media.join(', ')}`,
    `user ${printable(by.user)}`,
  ])
  return table(COLUMNS, rows, { style, indent: '  ', breakAt: 2 })
}

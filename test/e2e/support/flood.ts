import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestDaemon } from '../../support/daemon.ts'

const FLOODER = fileURLToPath(new URL('flooder.mjs', import.meta.url))

/** The ways in which a stranger without a credential uses its connections. */
export const FLOOD_KINDS = [
  'pipelining',
  'foreignHost',
  'slowBody',
  'halfOpen',
  'neverReading',
  'reconnecting',
] as const
export type FloodKind = (typeof FLOOD_KINDS)[number]

/** A flood in progress. */
export interface Flood {
  stop(): Promise<void>
}

/**
 * Starts one process for each kind, which together hold so many sockets. Resolves when they have
 * connected.
 */
export async function startFlood(
  daemon: TestDaemon,
  kinds: readonly FloodKind[],
  sockets: number,
): Promise<Flood> {
  const port = new URL(daemon.url).port
  const share = Math.max(1, Math.floor(sockets / kinds.length))
  const flooders = kinds.map((kind) =>
    spawn(process.execPath, [FLOODER, port, kind, String(share)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  await Promise.all(flooders.map(({ stdout }) => once(stdout!, 'data')))
  return { stop: () => endAll(flooders) }
}

async function endAll(flooders: ChildProcess[]): Promise<void> {
  await Promise.all(
    flooders.map(async (flooder) => {
      const exit = once(flooder, 'exit')
      flooder.kill('SIGKILL')
      await exit
    }),
  )
}

/** The memory of a process in bytes (Linux). */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1_024
}

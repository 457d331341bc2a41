import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Daemon, startDaemon } from '../lab/daemon.ts'
import type { Pace } from './pace.ts'
import { ownCpuMs } from './processes.ts'
import { alone, compared, type Findings } from './table.ts'

/** Readers that open a feed and never read it. */
const SLOW_READERS = 10
/** A client may have eight feeds. */
const FEEDS_PER_TOKEN = 8
/** Commands a second while the CPU of a feed is measured: far more than a person gives. */
const COMMANDS_PER_SECOND = 4

/** Measures what the inspection feed costs the daemon, and what slow readers cost its clients. */
export async function benchInspection(pace: Pace): Promise<Findings> {
  const daemon = await startDaemon()
  try {
    await daemon.api('POST', '/recordings', { media: ['audio', 'screen'] })
    const rounds = Array.from({ length: pace.recordingRounds })
    const [without, withReader]: [number[], number[]] = [[], []]
    for (const _ of rounds) {
      without.push(await cpuPercent(daemon, pace.recordingMs / 2))
      const reader = await openFeed(daemon, daemon.token)
      withReader.push(await cpuPercent(daemon, pace.recordingMs / 2))
      reader.close()
    }
    const [unobserved, beside]: [number[], number[]] = [[], []]
    const slow: WebSocket[] = []
    for (let round = 0; round < pace.latencyRounds; round++) {
      unobserved.push(await pauseMs(daemon))
      if (slow.length === 0) slow.push(...(await openSlowFeeds(daemon)))
      beside.push(await pauseMs(daemon))
      for (const socket of slow.splice(0)) socket.terminate()
    }
    const costs = withReader.map((percent, round) => percent - without[round]!)
    return {
      rows: [
        compared('CPU of the daemon with a reader of the feed (without)', '%', withReader, without),
        alone('inspection: CPU of one reader', '% of a core', mean(costs), {
          of: 'ours',
          atMost: 2,
        }),
        compared(
          `pause beside ${SLOW_READERS} readers that never read (alone)`,
          'ms',
          beside,
          unobserved,
          {
            of: 'ratio',
            atMost: 1.1,
          },
        ),
      ],
      remarks: [
        `inspection: synthetic media, ${COMMANDS_PER_SECOND} tags a second; the CPU is that of the daemon alone, without its captures`,
      ],
    }
  } finally {
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The CPU of the daemon while somebody tags, in % of a core. */
async function cpuPercent(daemon: Daemon, ms: number): Promise<number> {
  const before = ownCpuMs(daemon.pid)
  const began = performance.now()
  for (let tag = 0; performance.now() - began < ms; tag++) {
    await daemon.api('POST', '/recordings/current/tags', { tags: { bench: tag } })
    await wait(1_000 / COMMANDS_PER_SECOND)
  }
  return ((ownCpuMs(daemon.pid) - before) / (performance.now() - began)) * 100
}

async function pauseMs(daemon: Daemon): Promise<number> {
  const began = performance.now()
  await daemon.api('POST', '/recordings/current/pause', {})
  const took = performance.now() - began
  await daemon.api('POST', '/recordings/current/resume', {})
  return took
}

async function openSlowFeeds(daemon: Daemon): Promise<WebSocket[]> {
  const { body } = await daemon.api('POST', '/tokens', {
    ...{ name: `slow-${performance.now()}`, scopes: ['audit'] },
  })
  const feeds: WebSocket[] = []
  while (feeds.length < SLOW_READERS) {
    const token = feeds.length < FEEDS_PER_TOKEN ? daemon.token : body.token
    const feed = await openFeed(daemon, token)
    feed.pause()
    feeds.push(feed)
  }
  return feeds
}

function openFeed(daemon: Daemon, token: string): Promise<WebSocket> {
  const socket = new WebSocket(`${daemon.url.replace('http', 'ws')}/v1/inspect`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => resolve(socket))
  })
}

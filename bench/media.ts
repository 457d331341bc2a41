/**
 * Compares reading sealed media with reading unsealed media: Range requests over HTTP, answered by
 * the code that sends segments, in a process of its own. Rounds alternate.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createIdentity, encodeIdentity } from '../src/age/identity.ts'
import { encryptAge } from '../src/age/sealer.ts'
import type { Pace } from './pace.ts'
import { ownCpuMs } from './processes.ts'
import { median } from './statistics.ts'
import { alone, compared, type Findings } from './table.ts'

const SERVER = fileURLToPath(new URL('./media-server.ts', import.meta.url))
const FILE_BYTES = 128_000_000
/** A player asks for some seconds of a busy screen at a time. */
const RANGE_BYTES = 4_000_000
const BYTES_A_ROUND = 4 * FILE_BYTES
const WARM_UP_BYTES = FILE_BYTES

interface MediaServer {
  child: ChildProcess
  port: number
}

/** Measures Range requests for media, sealed and not. */
export async function benchMedia(pace: Pace): Promise<Findings> {
  const folder = await mkdtemp(join(tmpdir(), 'f2f-bench-media-'))
  const servers: MediaServer[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    const media = Buffer.alloc(FILE_BYTES, 'media of a screen ')
    const identity = createIdentity()
    await writeFile(join(folder, 'screen.mp4'), media)
    await writeFile(join(folder, 'screen.mp4.age'), encryptAge(media, [identity.recipient]))
    const plain = await start(join(folder, 'screen.mp4'))
    servers.push(plain)
    const sealed = await start(join(folder, 'screen.mp4.age'), encodeIdentity(identity))
    servers.push(sealed)
    for (const server of servers) await read(server, agent, WARM_UP_BYTES)
    const rounds = { sealed: [] as number[], plain: [] as number[] }
    for (let round = 0; round < pace.httpRounds; round++) {
      rounds.sealed.push(await read(sealed, agent, BYTES_A_ROUND))
      rounds.plain.push(await read(plain, agent, BYTES_A_ROUND))
    }
    const what = `Range requests of ${RANGE_BYTES / 1e6} MB`
    const unit = 'MB/CPU s'
    const atLeast = { of: 'ours', atLeast: 200 } as const
    return {
      rows: [
        alone(`${what}, sealed media`, unit, median(rounds.sealed), atLeast),
        compared(`${what}, sealed against unsealed media`, unit, rounds.sealed, rounds.plain, {
          of: 'ratio',
          atLeast: 0.5,
        }),
      ],
      remarks: [`${what}: CPU time of the whole process that answers, the kernel’s included`],
    }
  } finally {
    agent.destroy()
    for (const { child } of servers) {
      child.kill()
      await once(child, 'exit')
    }
    await rm(folder, { recursive: true })
  }
}

async function start(path: string, ...identity: string[]): Promise<MediaServer> {
  const args = ['--import', 'tsx', SERVER, path, ...identity]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, port: Number(String(port)) }
}

/** Reads so many bytes. Resolves with the MB that the server sent in a second of its CPU time. */
async function read({ child, port }: MediaServer, agent: Agent, bytes: number): Promise<number> {
  const before = ownCpuMs(child.pid as number)
  for (let at = 0; at < bytes; at += RANGE_BYTES) {
    const first = at % FILE_BYTES
    const range = `bytes=${first}-${first + RANGE_BYTES - 1}`
    const received = await receive({ port, agent, headers: { range } })
    if (received !== RANGE_BYTES) throw new Error(`${received} bytes of ${range}`)
  }
  return bytes / 1_000 / (ownCpuMs(child.pid as number) - before)
}

function receive(options: { port: number; agent: Agent; headers: { range: string } }) {
  return new Promise<number>((resolve, reject) => {
    get({ host: '127.0.0.1', ...options }, (answer) => {
      let received = 0
      answer.on('data', (chunk: Buffer) => {
        received += chunk.length
      })
      answer.on('end', () => resolve(received)).on('error', reject)
    }).on('error', reject)
  })
}

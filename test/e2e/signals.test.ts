import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { holdThread } from '../support/hold-thread.ts'
import { assertWithin } from '../support/machine.ts'
import { staticFfmpeg } from '../support/static-ffmpeg.ts'
import { eventually, suite } from '../support/suite.ts'
import { assertLogIsWhole } from './support/aftermath.ts'
import { eventsOf, ofType, wholeLog } from './support/history.ts'
import { assertFilesAreAsLogged } from './support/media-check.ts'
import { notLinux, type ObservedDaemon, oneWith, startObserved } from './support/observed-daemon.ts'
import { createStallingFfmpeg } from './support/stalling-ffmpeg.ts'

const EXIT_MS = 5_000

/** Sends signals at once and gives the exit code; it must come within 5 s. */
async function end(daemon: ObservedDaemon, ...signals: NodeJS.Signals[]): Promise<number | null> {
  const sentAt = performance.now()
  for (const signal of signals) daemon.kill(signal)
  const code = await daemon.exited
  const tookMs = performance.now() - sentAt
  assertWithin(tookMs, EXIT_MS, 'the end')
  assert.deepEqual(daemon.children(), [], 'nothing is left running')
  assert.ok(!existsSync(join(daemon.home, 'daemon.json')), 'daemon.json is gone')
  return code
}

/** Resolves with the message of a daemon that refuses to start. */
async function refusal(start: Promise<ObservedDaemon>): Promise<string> {
  const outcome = await start.then(
    async (daemon) => {
      await daemon.stop()
      return 'it started'
    },
    (error: Error) => error.message,
  )
  assert.match(outcome, /ended with code [1-9]/)
  return outcome
}

suite('a stop signal', (test) => {
  const ffmpeg = createStallingFfmpeg(staticFfmpeg)
  let home: string
  let daemon: ObservedDaemon
  test.beforeEach(async () => {
    ffmpeg.release()
    home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
    daemon = await startObserved({ home, env: { FFMPEG_BIN: ffmpeg.path } })
  })
  test.afterEach(async () => {
    await daemon.stop()
    await rm(home, { recursive: true, force: true })
  })

  /** Starts the daemon again; the recording that the signal ended, and the whole log. */
  async function afterRestart() {
    const restartedAt = new Date().toISOString()
    daemon = await startObserved({ home })
    const events = await wholeLog(
      daemon,
      ({ type, at }) => type === 'daemon.started' && at >= restartedAt,
    )
    assertLogIsWhole(events)
    await assertFilesAreAsLogged(home, events)
    assert.equal(events.at(-2)?.type, 'daemon.stopped')
    assert.deepEqual(ofType(events, 'recording.interrupted'), [])
    const { body: recording } = await daemon.api('GET', '/recordings/current')
    return { recording, events }
  }

  /** A recording has been finished properly, and only its wrap-up goes on. */
  async function assertFinished(media: number): Promise<void> {
    const { recording, events } = await afterRestart()
    assert.equal(recording.state, 'WrapUp')
    const [over] = ofType(events, 'recording.wrapUpStarted')
    assert.equal(over?.data.reason, 'shutdown')
    assert.equal(over?.by.side, 'system')
    assert.equal(recording.wrapUp.endsAt, over?.data.endsAt)
    const closed = ofType(events, 'segment.closed')
    assert.equal(closed.length, media)
    for (const { data } of closed)
      assert.equal(data.salvaged, undefined, `${data.file} was closed before the end`)
    for (const track of Object.values(recording.tracks)) {
      assert.ok(['stopped', 'off'].includes((track as { state: string }).state))
    }
    assert.deepEqual(daemon.captures(), [])
  }

  test.unless(notLinux, 'ends an idle recorder', async () => {
    assert.equal(await end(daemon, 'SIGINT'), 0)
    await afterRestart()
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test.unless(
      notLinux,
      `(${signal}) finishes what is being recorded and leaves the wrap-up to its timer`,
      async () => {
        assert.equal((await daemon.api('POST', '/recordings', { wrapUpSeconds: 3600 })).status, 201)
        assert.equal(await end(daemon, signal), 0)
        await assertFinished(3)
      },
    )
  }

  test.unless(notLinux, 'finishes what is being recorded although it is held then', async () => {
    assert.equal((await daemon.api('POST', '/recordings', { wrapUpSeconds: 3600 })).status, 201)
    // A frozen encoder makes the end last until the daemon is held.
    const captures = daemon.captures()
    const encoder = oneWith(captures, '-application voip').pid
    process.kill(encoder, 'SIGSTOP')
    daemon.kill('SIGTERM')
    await eventually('it stops', () => daemon.captures().length < captures.length)
    daemon.kill('SIGSTOP')
    holdThread(EXIT_MS)
    process.kill(encoder, 'SIGCONT')
    daemon.kill('SIGCONT')
    assert.equal(await daemon.exited, 0)
    await assertFinished(3)
  })

  test.unless(notLinux, 'finishes a paused recording', async () => {
    assert.equal((await daemon.api('POST', '/recordings', { wrapUpSeconds: 3600 })).status, 201)
    assert.equal((await daemon.api('POST', '/recordings/current/pause')).status, 200)
    assert.equal(await end(daemon, 'SIGINT'), 0)
    await assertFinished(3)
  })

  test.unless(notLinux, 'finishes a recording that is starting', async () => {
    ffmpeg.stall('testsrc2')
    const started = daemon.api('POST', '/recordings', { wrapUpSeconds: 3600 }).then(
      ({ status, body }) => `${status} ${body.code}`,
      (error: Error) => error.name,
    )
    await eventually('the others deliver', async () => {
      const { tracks } = (await daemon.api('GET', '/recordings/current')).body
      return tracks?.mic?.state === 'recording' && tracks.speaker?.state === 'recording'
    })
    assert.equal(await end(daemon, 'SIGTERM'), 0)
    assert.match(await started, /^(201|503 INTERRUPTED|503 NOT_READY|TypeError)/)
    await assertFinished(2)
  })

  test.unless(notLinux, 'is made no worse by further ones', async () => {
    assert.equal((await daemon.api('POST', '/recordings', { wrapUpSeconds: 3600 })).status, 201)
    assert.equal(await end(daemon, 'SIGTERM', 'SIGINT', 'SIGTERM', 'SIGINT'), 0)
    await assertFinished(3)
  })

  test.unless(
    notLinux,
    'refuses or cuts off a command that comes meanwhile; none is acknowledged and lost',
    async () => {
      assert.equal((await daemon.api('POST', '/recordings', { wrapUpSeconds: 3600 })).status, 201)
      const acknowledged: string[] = []
      const refused: string[] = []
      daemon.kill('SIGTERM')
      for (
        let number = 1;
        daemon.child.exitCode === null && daemon.child.signalCode === null;
        number++
      ) {
        try {
          const { status, body } = await daemon.api('POST', '/recordings/current/tags', {
            tags: { [`t${number}`]: number },
          })
          if (status === 200) acknowledged.push(`t${number}`)
          else refused.push(`${status} ${body.code}`)
        } catch (error) {
          assert.equal((error as Error).name, 'TypeError')
          await daemon.exited
        }
      }
      assert.equal(await daemon.exited, 0)
      assert.deepEqual(
        refused.filter((answer) => answer !== '503 NOT_READY'),
        [],
      )
      await assertFinished(3)
      const { tags } = (await daemon.api('GET', '/recordings/current')).body
      for (const key of acknowledged)
        assert.ok(
          tags.some((tag: { key: string }) => tag.key === key),
          `${key} is lost`,
        )
    },
  )
})

suite('a start that cannot be', (test) => {
  let home: string
  test.beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'f2f-home-'))
  })
  test.afterEach(() => rm(home, { recursive: true, force: true }))

  test.unless(
    notLinux,
    'a second recorder on the same home says so and leaves the first alone',
    async () => {
      const first = await startObserved({ home })
      try {
        assert.equal((await first.api('POST', '/recordings', { media: ['mic'] })).status, 201)
        assert.match(
          await refusal(startObserved({ home })),
          /another recorder runs on the home folder/i,
        )
        assert.equal(JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8')).pid, first.pid)
        const { body } = await first.api('POST', '/recordings/current/tags', {
          tags: { still: 'here' },
        })
        assert.equal(body.tracks.mic.state, 'recording')
        assert.deepEqual(ofType(await eventsOf(first), 'recording.interrupted'), [])
      } finally {
        assert.equal(await first.stop(), 0)
      }
    },
  )

  test.unless(notLinux, 'a port that is taken is named, with what to do', async () => {
    const other = await startObserved()
    try {
      const port = new URL(other.url).port
      const said = await refusal(startObserved({ home, args: ['--port', port] }))
      assert.match(said, new RegExp(`Port ${port} .*is taken`))
      assert.match(said, /--port/)
      assert.ok(!existsSync(join(home, 'daemon.json')))
    } finally {
      await other.stop()
      await rm(other.home, { recursive: true, force: true })
    }
  })

  const damages: Record<string, (log: string) => void> = {
    'a changed bit in the newest entries': (log) => flipBit(only(log, '.log'), 0.5),
    'its newest entries gone': (log) => writeFileSync(only(log, '.log'), ''),
    'a changed bit in older entries': (log) => flipBit(only(log, '.ldb'), 0.3),
  }
  for (const [what, damage] of Object.entries(damages)) {
    test.unless(
      notLinux,
      `with ${what} the log is refused, with what to do, and nothing is touched`,
      async () => {
        // Two runs, so that there are older entries and newer ones.
        for (let run = 1; run <= 2; run++) {
          const daemon = await startObserved({ home })
          assert.equal((await daemon.api('POST', '/recordings', { media: ['mic'] })).status, 201)
          for (let tag = 1; tag <= 10; tag++) {
            const { status } = await daemon.api('POST', '/recordings/current/tags', {
              tags: { [`t${run}-${tag}`]: tag },
            })
            assert.equal(status, 200)
          }
          await daemon.stop()
        }
        damage(join(home, 'log'))
        const before = contentsOf(home)
        const said = await refusal(startObserved({ home }))
        assert.match(said, /the log (is damaged|cannot be read)/i)
        assert.match(said, /from a backup/)
        assert.deepEqual(contentsOf(home), before)
      },
    )
  }
})

/** The one file in a folder with such a name. */
function only(folder: string, ending: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith(ending))
  assert.equal(names.length, 1, `${ending} files: ${names.join(', ')}`)
  return join(folder, names[0]!)
}

function flipBit(path: string, where: number): void {
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length * where)
  bytes[at] = bytes[at]! ^ 1
  writeFileSync(path, bytes)
}

/** Hash of every file below a folder, by path. */
function contentsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(
    paths.map((path) => [
      path.slice(folder.length),
      createHash('sha256').update(readFileSync(path)).digest('hex'),
    ]),
  )
}

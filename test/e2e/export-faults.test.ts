import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { F2F } from '../../lab/daemon.ts'
import { type EventFeed, openFeed } from '../contract/support/event-feed.ts'
import { assertWithin } from '../support/machine.ts'
import { eventually, suite } from '../support/suite.ts'
import { ask, type FileRequest } from './support/composed.ts'
import { decodedMs } from './support/media-check.ts'
import { notLinux, type ObservedDaemon, startObserved } from './support/observed-daemon.ts'
import { createStallingFfmpeg, type StallingFfmpeg } from './support/stalling-ffmpeg.ts'

/** Among the arguments of what encodes the card of a pause, and of nothing else. */
const CARDS = 'force_key_frames'

suite('an export that goes wrong', (test) => {
  let daemon: ObservedDaemon
  let ffmpeg: StallingFfmpeg
  let id: string
  let feed: EventFeed

  async function begin(home?: string): Promise<void> {
    const env = { FFMPEG_BIN: ffmpeg.path }
    daemon = await startObserved(home === undefined ? { env } : { env, home })
    feed = await openFeed(daemon, { exports: true })
  }

  test.before(async () => {
    if (notLinux) return
    ffmpeg = createStallingFfmpeg()
    await begin()
    const { body } = await daemon.api('POST', '/recordings', {
      media: ['mic', 'screen'],
      wrapUpSeconds: 3600,
    })
    id = body.id
    await delay(600)
    await daemon.api('POST', '/recordings/current/pause')
    await delay(300)
    await daemon.api('POST', '/recordings/current/resume')
    await delay(600)
  })
  test.after(async () => {
    if (notLinux) return
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  const path = (): string => `/recordings/${id}/export?audio=split`
  const joins = () => daemon.children().filter(({ command }) => command.includes(CARDS))
  const kept = () => readdir(join(daemon.home, 'exports', id)).catch(() => [])
  const works = () => readdir(join(daemon.home, 'exports', '.work')).catch(() => [])
  const states = (): string[] =>
    feed.messages.flatMap(({ event, data }) =>
      event === 'export' ? [JSON.parse(data!).state] : [],
    )
  const nothingLeft = () =>
    eventually(
      'nothing of it is left',
      async () => joins().length === 0 && (await works()).length === 0,
    )

  /** Asks for a file whose making hangs. */
  async function hanging(): Promise<FileRequest> {
    ffmpeg.stall(CARDS)
    const request = ask(daemon, path())
    await eventually('the file is being put together', () => joins().length === 1)
    return request
  }

  async function problemOf(
    request: FileRequest,
  ): Promise<{ status: number | undefined; code: string; detail: string }> {
    const answer = await request.answered
    const { code, detail } = (await json(answer)) as { code: string; detail: string }
    return { status: answer.statusCode, code, detail }
  }

  /** The file can be had, and plays. */
  async function assertWorks(): Promise<void> {
    ffmpeg.release()
    const answer = await ask(daemon, path()).answered
    assert.equal(answer.statusCode, 200)
    const file = join(await mkdtemp(join(tmpdir(), 'f2f-export-')), 'export.mp4')
    await writeFile(file, await buffer(answer))
    const { body } = await daemon.api('GET', `/recordings/${id}`)
    const lengthMs = Date.parse(body.endedAt) - Date.parse(body.startedAt)
    assertWithin(Math.abs((await decodedMs(file)) - lengthMs), 100, 'length of the file')
    assert.deepEqual(await works(), [])
    const [name, ...others] = await kept()
    assert.deepEqual(others, [])
    await rm(join(daemon.home, 'exports', id, name!))
  }

  test.unless(notLinux, 'is none while the recording is under way', async () => {
    for (const command of ['', 'pause']) {
      if (command) await daemon.api('POST', `/recordings/current/${command}`)
      assert.deepEqual(await problemOf(ask(daemon, path())), {
        status: 409,
        code: 'INVALID_STATE',
        detail: 'The recording is under way. Stop it first.',
      })
    }
    assert.equal((await daemon.api('POST', '/recordings/current/stop')).status, 200)
    assert.equal(
      (await problemOf(ask(daemon, `/recordings/${id}/media/speaker`))).code,
      'NOT_FOUND',
    )
  })

  test.unless(notLinux, 'ends when the last who waits hangs up, and not before', async () => {
    const first = await hanging()
    const [pid] = joins().map((one) => one.pid)
    const second = ask(daemon, path())
    // The answer to what was sent behind it shows that it has arrived.
    await daemon.api('GET', '/application')
    first.abandon()
    await daemon.api('GET', '/application')
    assert.deepEqual(
      joins().map((one) => one.pid),
      [pid],
    )
    second.abandon()
    await feed.until('it is cancelled', () => states().at(-1) === 'cancelled')
    await nothingLeft()
    assert.deepEqual(await kept(), [])
    await assertWorks()
  })

  test.unless(
    notLinux,
    'is an error to all who wait when ffmpeg is killed; nothing is kept, and the next try works',
    async () => {
      const requests = [await hanging(), ask(daemon, path())]
      await daemon.api('GET', '/application')
      for (const { pid } of joins()) process.kill(pid, 'SIGKILL')
      for (const request of requests) {
        const { status, code, detail } = await problemOf(request)
        assert.deepEqual(
          [status, code, detail],
          [503, 'EXPORT_FAILED', 'The program ffmpeg was ended by SIGKILL.'],
        )
      }
      await feed.until('it has failed', () => states().at(-1) === 'failed')
      await nothingLeft()
      assert.deepEqual(await kept(), [])
      await assertWorks()
    },
  )

  test.unless(
    notLinux,
    'leaves nothing that is served when the recorder is killed in the middle',
    async () => {
      const request = await hanging()
      assert.equal((await works()).length, 1)
      const { home } = daemon
      daemon.kill()
      await daemon.exited
      await assert.rejects(request.answered)
      await eventually('ffmpeg has gone too', () => joins().length === 0)
      assert.deepEqual(await kept(), [])
      await begin(home)
      assert.deepEqual(await works(), [])
      await assertWorks()
    },
  )

  test.unless(notLinux, 'does not keep the recorder from ending', async () => {
    const request = await hanging()
    const { home } = daemon
    const refused = problemOf(request)
    assert.equal(await daemon.stop(), 0)
    assert.deepEqual((await refused).code, 'NOT_READY')
    assert.deepEqual(joins(), [])
    assert.deepEqual(await works(), [])
    await begin(home)
    await assertWorks()
  })

  test.unless(
    notLinux,
    'is refused when a piece has been changed, cut short or taken away',
    async () => {
      const piece = join(daemon.home, 'recordings', id, 'screen-000001.mp4.age')
      const whole = await readFile(piece)
      const changed = Buffer.from(whole)
      changed[whole.length - 5]! ^= 1
      const damages: [() => Promise<void>, RegExp][] = [
        [() => writeFile(piece, changed), /Segment 1 of screen is not what was recorded/],
        [() => truncate(piece, whole.length - 1), /Segment 1 of screen is not what was recorded/],
        [() => rm(piece), /Segment 1 of screen is missing/],
      ]
      for (const [damage, said] of damages) {
        await damage()
        const { code, detail } = await problemOf(ask(daemon, path()))
        assert.equal(code, 'EXPORT_FAILED')
        assert.match(detail, said)
        await writeFile(piece, whole)
      }
      await assertWorks()
    },
  )

  /** Runs `f2f export` as a user does. */
  function f2f(...args: string[]) {
    const child = spawn(process.execPath, [F2F, 'export', ...args], {
      env: { ...process.env, F2F_HOME: daemon.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        said[name] += text
      })
    }
    return { child, ended: once(child, 'close').then(([code]) => ({ code, ...said })) }
  }

  test.unless(
    notLinux,
    'on the command line leaves no file when it is interrupted; a good one is whole, and is not written over',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'f2f-export-'))
      const file = join(folder, 'out.mp4')
      ffmpeg.stall(CARDS)
      const interrupted = f2f(id, '-o', file)
      await eventually('the file is being put together', () => joins().length === 1, 20_000)
      interrupted.child.kill('SIGINT')
      const { code, stderr } = await interrupted.ended
      assert.equal(code, 1)
      assert.match(stderr, /^making \d+ %$/m)
      assert.match(stderr, /The export was interrupted/)
      assert.deepEqual(await readdir(folder), [])
      await nothingLeft()

      ffmpeg.release()
      const good = await f2f(id, '-o', file, '--json').ended
      assert.equal(good.code, 0, good.stderr)
      assert.equal(good.stderr, '')
      const told = JSON.parse(good.stdout)
      assert.deepEqual(
        [told.recordingId, told.file, told.gaps, told.audio],
        [id, file, 'fill', 'mix'],
      )
      assert.equal((await readFile(file)).length, told.bytes)
      assert.deepEqual(await readdir(folder), ['out.mp4'])

      const refused = await f2f(id, '-o', file).ended
      assert.equal(refused.code, 1)
      assert.match(refused.stderr, /already/)
      const forced = await f2f(id, '-o', file, '--force', '--gaps', 'cut').ended
      assert.equal(forced.code, 0, forced.stderr)
      await access(file)
      await rm(folder, { recursive: true })
    },
  )
})

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { F2F } from '../../lab/daemon.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { problem, f2f as runF2f, startStub } from './support/stub.ts'

/** A command that runs until it is interrupted. */
interface Running {
  child: ChildProcess
  lines(): string[]
  /** Waits for a line. */
  line(what: string, fits: (line: string) => boolean): Promise<string>
  /** Waits for words on stderr. */
  said(words: RegExp): Promise<unknown>
  interrupt(): Promise<number | null>
}

suite('commands that go on until Ctrl-C', (test) => {
  let daemon: TestDaemon
  const running: Running[] = []
  test.beforeEach(async () => {
    daemon = await startDaemon()
  })
  test.afterEach(async () => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL')
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  function f2f(...argv: string[]): Running {
    const args = [F2F, ...argv, '--home', daemon.home]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      told += part
    })
    const lines = (): string[] => text.split('\n').slice(0, -1)
    const command: Running = {
      child,
      lines,
      line: (what, fits) => eventually(what, () => lines().find(fits), 10_000),
      said: (words) => eventually(`${words}`, () => words.test(told), 10_000),
      async interrupt() {
        const exit = once(child, 'exit')
        child.kill('SIGINT')
        return (await exit)[0]
      },
    }
    running.push(command)
    return command
  }

  test('events --follow shows what happens, and goes on when the recorder was killed', async () => {
    const follow = f2f('events', '--follow', '--after', '0', '--json')
    await follow.line('the daemon’s start', (line) => JSON.parse(line).type === 'daemon.started')
    await daemon.api('POST', '/recordings', { media: ['mic'] })
    await follow.line('the start', (line) => JSON.parse(line).type === 'recording.started')
    daemon.kill()
    await daemon.exited
    daemon = await startDaemon({ home: daemon.home })
    await follow.line(
      'the interruption',
      (line) => JSON.parse(line).type === 'recording.interrupted',
    )
    assert.equal(await follow.interrupt(), 0)
    const positions = follow.lines().map((line) => JSON.parse(line).position)
    assert.deepEqual(
      positions,
      positions.map((_, i) => i + 1),
      'each event once',
    )
  })

  test('events --follow says where the log ends to a reader that is ahead of it', async () => {
    const follow = f2f('events', '--follow', '--after', '999999', '--json')
    assert.equal((await once(follow.child, 'exit'))[0], 1)
    const { code, detail } = JSON.parse(follow.lines()[0] ?? '{}')
    assert.equal(code, 'INVALID_REQUEST')
    assert.match(detail, /^The log ends at position \d+\./)
  })

  test('events shows those of one recording', async () => {
    await daemon.api('POST', '/recordings', { media: ['mic'] })
    await daemon.api('POST', '/recordings/current/stop')
    const shown = f2f('events', 'last')
    const [code] = await once(shown.child, 'exit')
    assert.equal(code, 0)
    assert.match(shown.lines().join('\n'), /recording\.starting[\s\S]*recording\.wrapUpStarted/)
  })

  test('status --watch prints a line for each change when nobody sees a terminal', async () => {
    const watch = f2f('status', '--watch')
    await watch.line('Idle', (line) => line === 'Idle')
    const { body } = await daemon.api('POST', '/recordings', { media: ['mic'] })
    await watch.line('the recording', (line) => line.startsWith(`Recording, ${body.id} Active`))
    await daemon.api('POST', '/recordings/current/pause')
    await watch.line('the pause', (line) => line.endsWith('mic paused'))
    assert.equal(await watch.interrupt(), 0)
    const lines = watch.lines()
    assert.ok(
      lines.every((line, i) => line !== lines[i - 1]),
      lines.join('\n'),
    )
  })

  test('status --watch --json prints nothing but JSON, also while the recorder is away', async () => {
    const watch = f2f('status', '--watch', '--json')
    await watch.line('Idle', (line) => JSON.parse(line).state === 'Idle')
    daemon.kill('SIGKILL')
    await watch.said(/The recorder does not answer\. Trying again…/)
    daemon = await startDaemon({ home: daemon.home })
    await daemon.api('POST', '/recordings', { media: ['mic'] })
    await watch.line('the recording', (line) => JSON.parse(line).recording !== null)
    await watch.interrupt()
    for (const line of watch.lines()) JSON.parse(line)
  })

  test('without a recorder they fail at once', async () => {
    await daemon.stop()
    for (const argv of [
      ['events', '--follow'],
      ['status', '--watch'],
    ]) {
      const [code] = await once(f2f(...argv, '--json').child, 'exit')
      assert.equal(code, 1)
    }
  })
})

suite('a follower whose recorder has another log than before', (test) => {
  test('ends with the reason instead of trying again for ever', async () => {
    const event = { position: 50, at: '2026-01-31T09:00:00.000Z', type: 'log.reopened' }
    const answers = [
      { raw: `id: 50\nevent: log.reopened\ndata: ${JSON.stringify(event)}\n\n` },
      problem(503, 'NOT_READY'),
      problem(400, 'INVALID_REQUEST', { lastPosition: 12 }),
    ]
    const stub = await startStub({
      'GET /v1/events': () => answers.shift() ?? problem(500, 'INTERNAL'),
    })
    try {
      const ran = await runF2f(['events', '--follow', '--after', '49', '--json'], {
        home: stub.home,
      })
      assert.equal(ran.code, 1)
      assert.equal(JSON.parse(ran.stdout.split('\n')[1] ?? '').lastPosition, 12)
      const positions = stub.requests.map(({ headers }) => headers['last-event-id'])
      assert.deepEqual(positions, ['49', '50', '50'])
    } finally {
      await stub.close()
    }
  })
})

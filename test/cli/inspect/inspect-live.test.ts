import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { F2F } from '../../../lab/daemon.ts'
import type { InspectionMessage } from '../../../src/contract/inspection.ts'
import { connect } from '../../contract/support/clients.ts'
import { startDaemon, type TestDaemon } from '../../support/daemon.ts'
import { suite } from '../../support/suite.ts'
import { type Running, runProgram } from '../support/running.ts'

suite('f2f inspect, against the real recorder', (test) => {
  let daemon: TestDaemon
  const running: Running[] = []
  test.before(async () => {
    daemon = await startDaemon()
    const { api, ui, clear } = await connect(daemon)
    await api.start({ tags: { customer: 'Sam' } })
    await ui.command('pause')
    await clear()
  })
  test.after(async () => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL')
    await daemon.stop()
    await rm(daemon.home, { recursive: true, force: true })
  })

  function f2f(...argv: string[]): Running {
    const command = runProgram(process.execPath, [F2F, ...argv, '--home', daemon.home])
    running.push(command)
    return command
  }
  const messagesOf = ({ stdout }: Running): InspectionMessage[] =>
    stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  async function past(...argv: string[]): Promise<InspectionMessage[]> {
    const command = f2f('inspect', 'last', '--json', ...argv)
    assert.equal(await command.ended, 0, command.stderr())
    return messagesOf(command)
  }

  test('--json prints what is alive, and goes on until Ctrl-C', async () => {
    const command = f2f('inspect', '--json')
    await command.shows(/"sessionId":"recorder"/)
    const { api, clear } = await connect(daemon)
    await api.start()
    await command.shows(/track:mic.*"value":"recording"/)
    command.child.kill('SIGINT')
    assert.equal(await command.ended, 0)
    assert.equal(messagesOf(command)[0]?.type, '@xstate.actor')
    await clear()
  })

  test('--json with ID prints the past of a recording to its last event', async () => {
    const all = await past()
    const replayed = f2f('replay', 'last', '--json')
    assert.equal(await replayed.ended, 0)
    const positions = replayed
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event.position)
    const isOfRecording = ({ sessionId, type }: InspectionMessage) =>
      /^recording:[^/]+$/.test(sessionId) && type === '@xstate.snapshot'
    assert.deepEqual(
      all.filter(isOfRecording).map(({ position }) => position),
      positions,
    )
    const end = await past('--position', String(positions.at(-1)))
    assert.equal(end.filter(isOfRecording).length, 0)
    assert.equal(end.filter(({ sessionId }) => sessionId === 'recorder').length, 1)
    assert.ok(end.some(({ sessionId }) => sessionId.endsWith('/track:screen')))
    assert.equal((await past('--speed', '1000')).length, all.length)
  })

  test('the values of tags are shown only with --tags', async () => {
    // The newest recording has no tag of a client.
    const host = /"system\.host":"(?!…)/
    assert.doesNotMatch(JSON.stringify(await past()), host)
    assert.match(JSON.stringify(await past('--tags')), host)
  })

  test('without the Unix socket the port is used, after a proof', async () => {
    const [socket, hidden] = ['api.sock', 'hidden.sock'].map((name) => join(daemon.home, name))
    await rename(socket!, hidden!)
    try {
      assert.ok((await past()).length > 10)
    } finally {
      await rename(hidden!, socket!)
    }
  })

  test('a position beyond the log is explained', async () => {
    const command = f2f('inspect', 'last', '--json', '--position', '999999')
    assert.equal(await command.ended, 1)
    const { code, lastPosition } = JSON.parse(command.stdout())
    assert.equal(code, 'INVALID_REQUEST')
    assert.ok(lastPosition > 0)
  })

  test('--stately serves one page with the feed, until it is closed', async () => {
    const command = f2f('inspect', 'last', '--stately', '--yes', '--print-url')
    await command.shows(/^http:\/\/127\.0\.0\.1:\d+\/\S+\n/)
    const url = command.stdout().trim()
    assert.match(command.stderr(), /is shown to stately\.ai, the page of a third party/)
    const page = await (await fetch(url)).text()
    const feedUrl = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(page)?.[0] ?? ''
    const socket = new WebSocket(feedUrl, { origin: new URL(url).origin })
    const [data] = await once(socket, 'message')
    assert.equal(JSON.parse(String(data)).sessionId, 'recorder')
    socket.close()
    assert.equal(await command.ended, 0)
  })
})

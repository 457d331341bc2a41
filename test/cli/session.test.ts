import assert from 'node:assert/strict'
import { readMedia } from '../../lab/unsealed.ts'
import { resolveHome } from '../../src/home/home.ts'
import { startDaemon, type TestDaemon } from '../support/daemon.ts'
import { eventually, suite } from '../support/suite.ts'
import { f2f } from './support/stub.ts'

/** A pause that is shorter than a frame leaves no gap. */
const A_FRAME_MS = 200

suite('a session on the command line, against the real recorder', (test) => {
  let daemon: TestDaemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(async () => {
    await daemon.stop()
  })
  const cli = (...argv: string[]) => f2f(argv, { home: resolveHome(daemon.home) })

  test(
    'a recording is started, tagged, paused, resumed, stopped and closed; status, list and show report it, with its files',
    async () => {
      assert.match((await cli('status')).stdout, /^State +Idle$/m)
      const started = (
        await cli('start', '--media', 'mic,screen', '--tag', 'desk=3', '--json')
      ).json()
      assert.equal(started.state, 'Active')
      assert.match((await cli('status')).stdout, /mic +recording +0:00:\d\d .* dB/)

      const again = await cli('start')
      assert.equal(again.code, 1)
      assert.match(again.stderr, /ALREADY_RECORDING/)

      assert.equal((await cli('start', '--in', 'current', '--media', 'speaker')).code, 0)
      assert.match((await cli('pause', '--media', 'screen')).stdout, /screen +paused/)
      const pausedAt = Date.now()
      await eventually('the last frame is over', () => Date.now() - pausedAt > A_FRAME_MS)
      assert.match((await cli('resume')).stdout, /screen +recording/)
      assert.equal((await cli('tag', 'pages:=12', 'urgent:=true')).code, 0)
      assert.match((await cli('stop')).stdout, /is WrapUp\. It closes by itself at /)
      assert.equal(
        (await f2f(['tag', '-'], { home: resolveHome(daemon.home), stdin: ['outcome=signed'] }))
          .code,
        0,
      )
      assert.equal((await cli('close', '--json')).json().state, 'Closed')

      const list = (await cli('list', '--state', 'Closed', '--from', '2020-01-01', '--json')).json()
      assert.equal(list.items[0].id, started.id)
      const shown = (await cli('show', started.id, '--json')).json()
      const tags = Object.fromEntries(
        shown.recording.tags.map((tag: { key: string; value: unknown }) => [tag.key, tag.value]),
      )
      for (const [key, value] of Object.entries({
        desk: '3',
        pages: 12,
        urgent: true,
        outcome: 'signed',
      }))
        assert.equal(tags[key], value, key)
      assert.equal(shown.segments.length, 4)
      for (const segment of shown.segments)
        assert.equal(readMedia(segment.path).length, segment.bytes)
      assert.match((await cli('show', started.id)).stdout, /screen .* paused/)
    },
    { limitMs: 60_000 },
  )

  test('a token from the command line opens the API until it is revoked', async () => {
    const created = await cli('token', 'create', '--name', 'crm', '--scopes', 'read')
    const headers = { Authorization: `Bearer ${created.stdout.trim()}` }
    assert.equal((await daemon.api('GET', '/application', undefined, headers)).status, 200)
    const [token] = (await cli('token', 'list', '--json')).json().items
    assert.equal(token.name, 'crm')
    assert.equal((await cli('token', 'revoke', token.id)).code, 0)
    assert.equal((await daemon.api('GET', '/application', undefined, headers)).status, 401)
  })

  test('devices, doctor and ui work against the real recorder', async () => {
    assert.match((await cli('devices')).stdout, /screen\n +\* +\S+ +\S/)
    assert.match((await cli('doctor')).stdout, /ok +Recorder +Version/)
    assert.ok((await cli('ui', '--print-url')).stdout.startsWith(`${daemon.url}/`))
  })

  test('mistakes in a request are shown field by field', async () => {
    const ran = await cli('tag', 'no key=1')
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /INVALID_REQUEST/)
    assert.match(ran.stderr, /^ {2}\/tags/m)
  })

  test('a second recorder on the same home folder is refused and does not disturb the first', async () => {
    await assert.rejects(startDaemon({ home: daemon.home }), /Another recorder runs/)
    assert.equal((await cli('status')).code, 0)
  })
})

suite('a killed recorder', (test) => {
  test('after kill -9, the command line reports the crash and how to start again', async () => {
    const daemon = await startDaemon()
    const home = resolveHome(daemon.home)
    daemon.kill('SIGKILL')
    await daemon.exited
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /The last one crashed or was killed\.[\s\S]*f2f serve/)
    assert.match(
      (await f2f(['doctor'], { home })).stdout,
      /note +Recorder +No recorder is running\. The last one crashed/,
    )
  })
})

import assert from 'node:assert/strict'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { bodyOf, toProblem } from '../support/expect.ts'
import { recordingView } from '../support/stub-recorder.ts'

suite('the settings in force', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon({
      config: {
        tags: { required: ['customer.id', 'desk'] },
        page: { language: 'de' },
        consent: { mode: 'required' },
        retention: { rules: [{ name: 'calls', keepDays: 90 }] },
      },
    })
  })
  test.after(() => daemon.close())

  test('are read with the scope `read`, with the place that each comes from', async () => {
    const token = await daemon.tokenFor('read')
    const body = await bodyOf(await daemon.call('/v1/config', { token }), 200, 'Configuration')
    assert.deepEqual(body.port, { value: daemon.port, from: 'default' })
    assert.deepEqual(body.ffmpegPath, { value: '/usr/bin/ffmpeg', from: 'default' })
    assert.deepEqual(body.tags, {
      required: { value: ['customer.id', 'desk'], from: 'config.json' },
      allowCardNumbers: { value: false, from: 'default' },
    })
    assert.deepEqual(body.consent, {
      mode: { value: 'required', from: 'config.json' },
      eraseWhenWithdrawn: { value: false, from: 'default' },
    })
    assert.deepEqual(body.retention, {
      rules: { value: [{ name: 'calls', keepDays: 90 }], from: 'config.json' },
      minDays: { value: 0, from: 'default' },
      maxDays: { value: null, from: 'default' },
    })
    assert.deepEqual(body.page, {
      reminderMinutes: { value: 15, from: 'default' },
      language: { value: 'de', from: 'config.json' },
    })
    const other = await daemon.tokenFor('tag', 'control', 'audit', 'admin')
    await toProblem(await daemon.call('/v1/config', { token: other }), 'FORBIDDEN_SCOPE')
    await toProblem(await daemon.call('/v1/config', { token: null }), 'UNAUTHENTICATED')
  })

  test('are read by the page', async () => {
    const headers = { cookie: await daemon.signIn(), 'sec-fetch-site': 'same-origin' }
    const answer = await daemon.call('/v1/config', { token: null, headers })
    await bodyOf(answer, 200, 'Configuration')
  })

  /** Starts a recording; with a cookie among the headers as the page. */
  const start = (tags: object | undefined, headers: Record<string, string>) =>
    daemon.call('/v1/recordings', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(tags === undefined ? {} : { tags }),
      ...('cookie' in headers && { token: null }),
    })

  async function refusedFor(answer: Response): Promise<[pointer: string, detail: string][]> {
    const { errors } = (await toProblem(answer, 'INVALID_REQUEST')) as {
      errors: { pointer: string; detail: string }[]
    }
    return errors.map(({ pointer, detail }) => [pointer, detail])
  }

  const asPage = async () => ({
    cookie: await daemon.signIn(),
    origin: daemon.url,
    'sec-fetch-site': 'same-origin',
  })

  test('can require tags, without which neither side starts a recording', async () => {
    const rule = 'The configuration of this computer requires it for every recording.'
    const missing = (key: string) => [`/tags/${key}`, `This tag is missing. ${rule}`]
    const empty = (key: string) => [`/tags/${key}`, `This tag is empty. ${rule}`]
    const page = await asPage()
    for (const headers of [{}, page, { 'idempotency-key': 'once' }] as Record<string, string>[]) {
      const refused = async (tags?: Record<string, unknown>) =>
        refusedFor(await start(tags, headers))
      assert.deepEqual(await refused(), [missing('customer.id'), missing('desk')])
      assert.deepEqual(await refused({ desk: 3 }), [missing('customer.id')])
      assert.deepEqual(await refused({ desk: '', 'customer.id': ' ' }), [
        empty('customer.id'),
        empty('desk'),
      ])
    }
    assert.deepEqual(daemon.recorder.commands, [])
    for (const [tags, headers] of [
      [{ 'customer.id': '4711', desk: 0 }, {}],
      [{ 'customer.id': '4711', desk: false, other: '' }, page],
    ] as const)
      assert.equal((await start(tags, headers)).status, 201)
  })

  test('require no tags of other commands', async () => {
    daemon.recorder.views.set('rec_current', recordingView('rec_current'))
    daemon.recorder.current = 'rec_current'
    for (const [command, body] of [
      ['start', { media: ['screen'] }],
      ['tags', { tags: { desk: '' } }],
    ] as const)
      assert.equal((await daemon.post(`/v1/recordings/current/${command}`, body)).status, 200)
  })
})

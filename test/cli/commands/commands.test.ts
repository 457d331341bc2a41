import assert from 'node:assert/strict'
import { suite } from '../../support/suite.ts'
import { application, recording, segment, tagEntry, track } from '../support/samples.ts'
import { f2f, problem, type Stub, type StubAnswer, startStub } from '../support/stub.ts'

suite('commands that control a recording', (test) => {
  let stub: Stub | undefined
  test.afterEach(async () => {
    await stub?.close()
    stub = undefined
  })
  const api = async (answers: Record<string, StubAnswer>) => {
    stub = await startStub(answers)
    return stub
  }

  test('start sends every option to the recorder and shows the running tracks', async () => {
    const { home, lastRequest } = await api({
      'POST /v1/recordings': { status: 201, body: recording() },
    })
    const ran = await f2f(
      [
        ...[
          'start',
          '--media',
          'mic,screen',
          '--recording-type',
          'microphone',
          '--device',
          'mic=hw=0',
        ],
        ...['--tag', 'desk=3', '--tag', 'visit:=17', '--tag', 'vip:=true'],
        ...['--wrap-up-seconds', '0', '--max-duration-seconds', '600', '--require', 'any'],
        ...['--quality', 'sharp'],
      ],
      { home },
    )
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(lastRequest().body, {
      media: ['mic', 'screen'],
      recordingType: 'microphone',
      devices: { mic: 'hw=0' },
      tags: { desk: '3', visit: 17, vip: true },
      wrapUpSeconds: 0,
      maxDurationSeconds: 600,
      require: 'any',
      quality: 'sharp',
    })
    assert.match(ran.stdout, /rec_0001 is Active/)
    assert.match(ran.stdout, /mic +recording .*Built-in Audio/)
    assert.equal(ran.stderr, '')
  })

  test('start without options leaves every default to the recorder', async () => {
    const { home, lastRequest } = await api({
      'POST /v1/recordings': { status: 201, body: recording() },
    })
    assert.equal((await f2f(['start'], { home })).code, 0)
    assert.deepEqual(lastRequest().body, {})
    assert.equal(lastRequest().headers['content-type'], 'application/json')
  })

  test('start --in starts media in an existing recording', async () => {
    const { home, lastRequest } = await api({
      'POST /v1/recordings/current/start': { body: recording() },
    })
    const ran = await f2f(
      ['start', '--in', 'current', '--media', 'screen', '--device', 'screen=:1'],
      { home },
    )
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(lastRequest().body, { media: ['screen'], devices: { screen: ':1' } })
  })

  test('start --in refuses options of a new recording, and needs media', async () => {
    for (const argv of [
      ['--media', 'mic', '--tag', 'a=1'],
      ['--media', 'mic', '--wrap-up-seconds', '0'],
      [],
    ]) {
      const ran = await f2f(['start', '--in', 'current', ...argv])
      assert.equal(ran.code, 2, argv.join(' '))
    }
  })

  for (const name of ['stop', 'pause', 'resume']) {
    test(`${name} acts on the current or the named recording, on all media or some`, async () => {
      const { home, lastRequest } = await api({
        [`POST /v1/recordings/current/${name}`]: { body: recording() },
        [`POST /v1/recordings/00000000-0000-4000-8000-000000000002/${name}`]: {
          body: recording({ id: '00000000-0000-4000-8000-000000000002', state: 'Paused' }),
        },
      })
      assert.equal((await f2f([name], { home })).code, 0)
      assert.deepEqual(lastRequest().body, {})
      const ran = await f2f(
        [name, '00000000-0000-4000-8000-000000000002', '--media', 'mic', '--media', 'screen'],
        { home },
      )
      assert.equal(ran.code, 0)
      assert.deepEqual(lastRequest().body, { media: ['mic', 'screen'] })
      assert.match(ran.stdout, /00000000-0000-4000-8000-000000000002 is Paused/)
    })
  }

  test('close closes the recording, and an id cannot address another route', async () => {
    const { home, requests } = await api({
      'POST /v1/recordings/current/close': { body: recording({ state: 'Closed' }) },
      'POST /v1/recordings/..%2Ftokens/close': problem(404, 'RECORDING_NOT_FOUND'),
    })
    assert.match((await f2f(['close'], { home })).stdout, /is Closed/)
    assert.match((await f2f(['close', '../tokens'], { home })).stderr, /RECORDING_NOT_FOUND/)
    assert.equal(requests.length, 2)
  })

  test('consent records what the customer said, with a note that is in no command line', async () => {
    const id = '00000000-0000-4000-8000-000000000002'
    const { home, lastRequest } = await api({
      'POST /v1/recordings/current/consent': { body: recording() },
      [`POST /v1/recordings/${id}/consent`]: { body: recording({ id, state: 'WrapUp' }) },
    })
    const granted = await f2f(['consent', 'granted', '--method', 'spoken'], { home })
    assert.match(granted.stdout, /Consent is granted \(spoken\)/)
    assert.deepEqual(lastRequest().body, { state: 'granted', method: 'spoken' })
    const argv = ['consent', id, 'withdrawn', '--method', 'letter', '--note', '-']
    const ran = await f2f(argv, { home, stdin: ['Erika Mustermann wrote\n'] })
    assert.match(ran.stdout, /is WrapUp/)
    const note = 'Erika Mustermann wrote'
    assert.deepEqual(lastRequest().body, { state: 'withdrawn', method: 'letter', note })
    assert.doesNotMatch(ran.stdout, /Erika/)
  })

  test('consent needs a state and a method', async () => {
    for (const argv of [['granted'], ['maybe', '--method', 'spoken'], ['--method', 'spoken'], []])
      assert.equal((await f2f(['consent', ...argv])).code, 2, argv.join(' '))
  })

  test('start --consent says that the customer agrees, and show says what was said', async () => {
    const by = { side: 'api', client: 'home', user: 'anna' } as const
    const consent = {
      state: 'granted',
      method: 'signed',
      at: '2026-01-31T09:00:00.000Z',
      by,
    } as const
    const { home, lastRequest } = await api({
      'POST /v1/recordings': { status: 201, body: recording({ consent }) },
      'GET /v1/recordings/current': { body: { ...recording({ consent }), tagHistory: [] } },
      'GET /v1/recordings/rec_0001/segments?limit=1000': { body: { items: [], nextCursor: null } },
      'GET /v1/recordings/rec_0001/events?limit=1000': { body: { items: [], nextCursor: null } },
    })
    const started = await f2f(['start', '--consent', 'signed'], { home })
    assert.equal(started.code, 0, started.stderr)
    assert.deepEqual(lastRequest().body, { consent: { state: 'granted', method: 'signed' } })
    const shown = await f2f(['show'], { home })
    assert.match(shown.stdout, /Consent +granted \(signed\) at 2026-01-31 .*, by api\/home/)
  })

  test('stop shows until when tags can be added', async () => {
    const { home } = await api({
      'POST /v1/recordings/current/stop': {
        body: recording({
          state: 'WrapUp',
          wrapUp: { endsAt: '2026-01-31T10:00:30.000Z' },
          tracks: {
            mic: track({ state: 'stopped', recordedMs: 3_661_000, bytes: 14_640_000, level: null }),
          },
        }),
      },
    })
    const ran = await f2f(['stop'], { home })
    assert.match(
      ran.stdout,
      /rec_0001 is WrapUp\. It closes by itself at 2026-01-3\d \d\d:\d\d:30\./,
    )
    assert.match(ran.stdout, /mic +stopped +1:01:01 +14\.6 MB +Built-in Audio/)
  })
})

suite('tag', (test) => {
  let stub: Stub
  test.beforeEach(async () => {
    const tags = [
      tagEntry('customer', '4711'),
      tagEntry('pages', 12),
      tagEntry('system.host', 'desk-3'),
    ]
    stub = await startStub({
      'POST /v1/recordings/current/tags': { body: recording({ tags }) },
      'POST /v1/recordings/00000000-0000-4000-8000-000000000002/tags': {
        body: recording({ id: '00000000-0000-4000-8000-000000000002', tags }),
      },
    })
  })
  test.afterEach(() => stub.close())

  test('sets strings and typed values, and shows them', async () => {
    const ran = await f2f(['tag', 'customer=4711', 'pages:=12', 'note=a=b', 'empty='], {
      home: stub.home,
    })
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(stub.lastRequest().body, {
      tags: { customer: '4711', pages: 12, note: 'a=b', empty: '' },
    })
    assert.match(ran.stdout, /customer +4711 .*api\/home/)
    assert.doesNotMatch(ran.stdout, /desk-3/)
  })

  test('accepts the id of a recording before the tags', async () => {
    const ran = await f2f(['tag', '00000000-0000-4000-8000-000000000002', 'customer=4711'], {
      home: stub.home,
    })
    assert.equal(ran.code, 0, ran.stderr)
    assert.equal(stub.lastRequest().url, '/v1/recordings/00000000-0000-4000-8000-000000000002/tags')
  })

  test('reads one tag per line from stdin', async () => {
    const stdin = ['# a comment\ncustomer=47', '11\r\n\npages:=12\nname=Zoë \n']
    const ran = await f2f(['tag', '-'], { home: stub.home, stdin })
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(stub.lastRequest().body, {
      tags: { customer: '4711', pages: 12, name: 'Zoë ' },
    })
  })

  test('reads a JSON object from stdin, however it is split into chunks', async () => {
    const bytes = Buffer.from(' {"customer":"4711","name":"Zoë","vip":false}')
    const stdin = [...bytes].map((byte) => Uint8Array.of(byte))
    const ran = await f2f(['tag', '00000000-0000-4000-8000-000000000002', '-'], {
      home: stub.home,
      stdin,
    })
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(stub.lastRequest().body, {
      tags: { customer: '4711', name: 'Zoë', vip: false },
    })
  })

  test('start reads tags from stdin, too', async () => {
    const ran = await f2f(['start', '--tag', '-', '--tag', 'desk=3'], {
      home: stub.home,
      stdin: ['customer=4711'],
    })
    assert.deepEqual(stub.lastRequest().body, { tags: { customer: '4711', desk: '3' } })
    assert.equal(ran.code, 1)
  })

  test('an invalid tag is wrong usage: nothing is sent, and no value is printed', async () => {
    const wrong: [argv: string[], stdin?: (string | Uint8Array)[]][] = [
      [['tag']],
      [['tag', '00000000-0000-4000-8000-000000000002']],
      [['tag', '00000000-0000-4000-8000-000000000002', 'secret']],
      [['tag', '=secret']],
      [['tag', ':=1']],
      [['tag', 'a:=secret']],
      [['tag', 'a:={"b":"secret"}']],
      [['tag', 'a=secret', 'a=secret2']],
      [['tag', '-'], []],
      [['tag', '-'], ['a=1\nsecret']],
      [['tag', '-'], ['{"a":secret}']],
      [['tag', '-'], [Uint8Array.of(0x61, 0x3d, 0xff)]],
      [['tag', 'a:=9007199254740993']],
      [['tag', '-'], ['{"a":9007199254740993}']],
      [['tag', '-'], ['{"a":"secret","a":"secret2"}']],
    ]
    for (const [argv, stdin] of wrong) {
      const ran = await f2f(argv, { home: stub.home, ...(stdin && { stdin }) })
      assert.equal(ran.code, 2, `${argv.join(' ')} < ${stdin}`)
      assert.match(ran.stderr, /f2f tag: .+\nUsage: f2f tag/)
      assert.doesNotMatch(ran.stdout + ran.stderr, /secret/)
    }
    assert.equal(stub.requests.length, 0)
  })
})

suite('commands that read', (test) => {
  let stub: Stub | undefined
  test.afterEach(async () => {
    await stub?.close()
    stub = undefined
  })
  const api = async (answers: Record<string, StubAnswer>) => {
    stub = await startStub(answers)
    return stub
  }

  test('status shows an idle recorder', async () => {
    const { home } = await api({ 'GET /v1/application': { body: application() } })
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^State +Idle$/m)
    assert.match(ran.stdout, /^Storage +123 GB free, enough for 2:00:00/m)
    assert.match(ran.stdout, /^You may +start$/m)
    assert.deepEqual((await f2f(['status', '--json'], { home })).json(), {
      application: application(),
      recording: null,
      outsiders: [],
    })
  })

  test('status shows a recording’s controller, time, levels, errors and tags', async () => {
    const startedAt = new Date(Date.now() - 65_000).toISOString()
    const pausedAt = new Date(Date.now() - 45_000).toISOString()
    const error = {
      code: 'CAPTURE_FAILED',
      message: 'Nothing comes.',
      since: '2026-01-31T09:00:00.000Z',
    } as const
    const { home } = await api({
      'GET /v1/application': {
        body: application({
          state: 'Error',
          recording: { id: 'rec_0001', state: 'Active' },
          errors: [{ ...error, medium: 'speaker', since: startedAt }],
          media: {
            ...application().media,
            screen: { available: false, device: null, reason: 'Wayland.' },
          },
        }),
      },
      'GET /v1/recordings/current': {
        body: recording({
          startedAt,
          tags: [tagEntry('customer', '4711'), tagEntry('system.host', 'desk-3')],
          tracks: {
            mic: track({
              startedAt,
              recordedMs: 20_000,
              gaps: [
                {
                  from: pausedAt,
                  to: new Date(Date.now() - 15_000).toISOString(),
                  reason: 'paused',
                },
              ],
            }),
            speaker: track({ state: 'failed', recordedMs: 5_000, level: null, error }),
          },
        }),
      },
    })
    const ran = await f2f(['status'], { home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^State +Error$/m)
    assert.match(ran.stdout, /^Error +speaker: Nothing comes\. \(CAPTURE_FAILED, since /m)
    assert.match(ran.stdout, /^Missing +screen: Wayland\.$/m)
    assert.match(ran.stdout, /^Control +api, by home \(user anna\)/m)
    assert.match(ran.stdout, /^ {2}mic +recording +0:00:3[56] +######\.\.\.\. -24 dB/m)
    assert.match(ran.stdout, /^ {2}speaker +failed +0:00:05 /m)
    assert.match(ran.stdout, /customer +4711/)
    assert.doesNotMatch(ran.stdout, /desk-3/)
  })

  test('status succeeds when the recording closes between its two requests', async () => {
    const { home } = await api({
      'GET /v1/application': {
        body: application({ recording: { id: 'rec_0001', state: 'WrapUp' } }),
      },
      'GET /v1/recordings/current': problem(404, 'NO_CURRENT_RECORDING'),
    })
    assert.equal((await f2f(['status'], { home })).code, 0)
  })

  test('list sends its filters in UTC and shows how to get the next page', async () => {
    const { home, lastRequest } = await api({
      'GET /v1/recordings?state=Closed&from=2026-01-31T09%3A00%3A00.000Z&limit=5&cursor=abc': {
        body: {
          items: [recording({ state: 'Closed', endedAt: '2026-01-31T09:20:05.000Z' })],
          nextCursor: 'def',
        },
      },
    })
    const argv = [
      'list',
      '--state',
      'Closed',
      '--from',
      '2026-01-31T10:00:00+01:00',
      '--limit',
      '5',
      '--cursor',
      'abc',
    ]
    const ran = await f2f(argv, { home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /rec_0001 .* 0:20:05 +Closed +api\/home +mic,screen/)
    assert.match(ran.stdout, /--cursor def/)
    assert.equal((await f2f([...argv, '--json'], { home })).json().nextCursor, 'def')
    assert.equal(lastRequest().headers.accept, 'application/json, application/problem+json')
  })

  test('list includes a local day to its end', async () => {
    const from = new Date(2026, 0, 31).toISOString()
    const to = new Date(2026, 1, 1).toISOString()
    const { home } = await api({
      [`GET /v1/recordings?${new URLSearchParams({ from, to, limit: '20' })}`]: {
        body: { items: [], nextCursor: null },
      },
    })
    const ran = await f2f(['list', '--from', '2026-01-31', '--to', '2026-01-31'], { home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /There are no recordings\./)
  })

  test('list refuses invalid times', async () => {
    for (const time of [
      'yesterday',
      '2026-02-31',
      '2026-02-31T10:00',
      '2026-13-01',
      '10:00',
      '2026-01-31T25:00',
    ])
      assert.equal((await f2f(['list', '--from', time])).code, 2, time)
  })

  test('show lists tracks, gaps, tag history and the file of every segment, over several pages', async () => {
    const gaps = [
      {
        from: '2026-01-31T09:01:01.000Z',
        to: '2026-01-31T09:01:31.000Z',
        reason: 'paused',
      } as const,
    ]
    const whole = {
      ...recording({
        state: 'Closed',
        endedAt: '2026-01-31T09:02:00.000Z',
        tracks: { mic: track({ state: 'stopped', gaps }) },
      }),
      tagHistory: [tagEntry('customer', '4711'), tagEntry('customer', '4712')],
    }
    const closed = (number: number) => ({
      type: 'segment.closed',
      data: { ...segment({ number }), file: `mic/000${number}.ogg` },
    })
    const { home } = await api({
      'GET /v1/recordings?limit=1000': { body: { items: [whole], nextCursor: null } },
      'GET /v1/recordings/rec_0001': { body: whole },
      'GET /v1/recordings/rec_0001/segments?limit=1000': {
        body: { items: [segment()], nextCursor: 'p2' },
      },
      'GET /v1/recordings/rec_0001/segments?limit=1000&cursor=p2': {
        body: { items: [segment({ number: 2 })], nextCursor: null },
      },
      'GET /v1/recordings/rec_0001/events?limit=1000': {
        body: { items: [{ type: 'recording.started', data: {} }, closed(1)], nextCursor: 'e2' },
      },
      'GET /v1/recordings/rec_0001/events?limit=1000&cursor=e2': {
        body: { items: [closed(2)], nextCursor: null },
      },
    })
    const ran = await f2f(['show', 'rec_0001'], { home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /mic .* for 30\.0 s +paused/)
    assert.match(ran.stdout, /customer +4711[\s\S]*customer +4712/)
    for (const number of [1, 2])
      assert.ok(
        ran.stdout.includes(
          `${home.recordingsFolder}/rec_0001/mic/000${number}.ogg`.replaceAll(
            '/',
            process.platform === 'win32' ? '\\' : '/',
          ),
        ),
      )
    const shown = (await f2f(['show', 'rec_0001', '--json'], { home })).json()
    assert.deepEqual(shown.recording, whole)
    assert.equal(shown.segments.length, 2)
  })

  test('show without an id reports that there is no current recording', async () => {
    const { home, requests } = await api({
      'GET /v1/recordings/current': problem(404, 'NO_CURRENT_RECORDING'),
    })
    const ran = await f2f(['show'], { home })
    assert.equal(ran.code, 1)
    assert.match(ran.stderr, /NO_CURRENT_RECORDING/)
    assert.equal(requests.length, 1)
  })

  test('devices marks the default device and gives the reason for a missing medium', async () => {
    const body = {
      mic: {
        available: true,
        devices: [
          { id: 'a', label: 'Headset', default: false },
          { id: 'b', label: 'Built-in', default: true },
        ],
      },
      speaker: { available: false, devices: [], reason: 'No sound server answers.' },
      screen: { available: true, devices: [] },
    }
    const { home } = await api({ 'GET /v1/devices': { body } })
    const ran = await f2f(['devices'], { home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^ {4,} a +Headset$/m)
    assert.match(ran.stdout, /^ +\* +b +Built-in$/m)
    assert.match(ran.stdout, /not available: No sound server answers\./)
    assert.deepEqual((await f2f(['devices', '--json'], { home })).json(), body)
  })

  test('names and tags from others cannot control the terminal', async () => {
    const { home } = await api({
      'GET /v1/devices': {
        body: {
          mic: {
            available: true,
            devices: [{ id: 'a', label: '\u001b]0;x\u0007\u202eevil', default: true }],
          },
        },
      },
    })
    const ran = await f2f(['devices'], { home, terminal: true })
    assert.ok(ran.stdout.includes('\\x1b]0;x\\x07\\u202eevil'))
  })
})

suite('tokens and the page', (test) => {
  let stub: Stub
  test.beforeEach(async () => {
    const token = {
      id: 'tok_00001',
      name: 'crm',
      scopes: ['read', 'tag'],
      createdAt: '2026-01-31T09:00:00.000Z',
    }
    stub = await startStub({
      'POST /v1/tokens': { status: 201, body: { ...token, token: 'the-secret' } },
      'GET /v1/tokens': { body: { items: [token], nextCursor: null } },
      'GET /v1/tokens?limit=1000': { body: { items: [token], nextCursor: null } },
      'DELETE /v1/tokens/tok_00001': { status: 204 },
      'DELETE /v1/ui/sessions': { status: 204 },
      'POST /v1/ui/launch': {
        body: { url: 'http://127.0.0.1:1/ui/launch/abc', expiresAt: '2026-01-31T09:00:00.000Z' },
      },
    })
  })
  test.afterEach(() => stub.close())

  test('token create prints only the token on stdout', async () => {
    const ran = await f2f(['token', 'create', '--name', 'crm', '--scopes', 'read,tag'], {
      home: stub.home,
    })
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(stub.lastRequest().body, { name: 'crm', scopes: ['read', 'tag'] })
    assert.equal(ran.stdout, 'the-secret\n')
    assert.match(ran.stderr, /tok_00001 for crm/)
  })

  test('token create needs a name and valid scopes', async () => {
    assert.equal((await f2f(['token', 'create', '--name', 'crm'])).code, 2)
    assert.equal(
      (await f2f(['token', 'create', '--name', 'crm', '--scopes', 'everything'])).code,
      2,
    )
  })

  test('token list shows the tokens, and token revoke revokes one', async () => {
    assert.match(
      (await f2f(['token', 'list'], { home: stub.home })).stdout,
      /tok_00001 +crm +read,tag +2026-/,
    )
    const ran = await f2f(['token', 'revoke', 'tok_00001'], { home: stub.home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.equal(stub.lastRequest().method, 'DELETE')
    assert.equal(stub.lastRequest().body, undefined)
  })

  test('ui --print-url prints the launch URL and opens no browser', async () => {
    const ran = await f2f(['ui', '--print-url'], { home: stub.home })
    assert.equal(ran.stdout, 'http://127.0.0.1:1/ui/launch/abc\n')
  })

  test('ui --admin asks for a session that may erase, and nothing else does', async () => {
    await f2f(['ui', '--print-url'], { home: stub.home })
    assert.deepEqual(stub.lastRequest().body, {})
    await f2f(['ui', '--admin', '--print-url'], { home: stub.home })
    assert.deepEqual(stub.lastRequest().body, { admin: true })
    const both = await f2f(['ui', '--admin', '--sign-out'], { home: stub.home })
    assert.equal(both.code, 2)
    assert.equal(stub.requests.length, 2)
  })

  test('ui --sign-out signs all browsers out, and opens none', async () => {
    const ran = await f2f(['ui', '--sign-out'], { home: stub.home })
    assert.equal(ran.code, 0, ran.stderr)
    assert.deepEqual(
      stub.requests.map(({ method, url }) => `${method} ${url}`),
      ['DELETE /v1/ui/sessions'],
    )
    const both = await f2f(['ui', '--sign-out', '--print-url'], { home: stub.home })
    assert.equal(both.code, 2)
    assert.equal(stub.requests.length, 1)
  })

  test('ui prints the URL if no browser can be opened', async () => {
    const env = { PATH: stub.home.folder, DISPLAY: ':0' }
    const ran = await f2f(['ui'], { home: stub.home, env })
    assert.equal(ran.code, 0)
    assert.match(ran.stdout, /^http:/)
    assert.match(ran.stderr, /open this URL within 60 seconds\./)
  })
})

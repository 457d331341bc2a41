import assert from 'node:assert/strict'
import { RecorderError } from '../../../src/contract/errors.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { bodyOf, pointersOf, toProblem } from '../support/expect.ts'

suite('commands', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())
  test.beforeEach(() => {
    daemon.recorder.commands.length = 0
    daemon.ready = true
  })

  const lastCommand = () => daemon.recorder.commands.at(-1)
  const by = { side: 'api', client: 'home', user: 'tester' }

  test('a start answers 201 with the location and the version of the new recording', async () => {
    const answer = await daemon.post('/v1/recordings')
    const { id, version } = await bodyOf(answer, 201, 'Recording')
    assert.equal(answer.headers.get('location'), `/v1/recordings/${id}`)
    assert.equal(answer.headers.get('etag'), `"${version}"`)
    assert.deepEqual(lastCommand(), {
      name: 'recording.start',
      recordingId: null,
      request: {
        media: ['mic', 'speaker', 'screen'],
        recordingType: 'both',
        devices: {},
        tags: {},
        wrapUpSeconds: 30,
        maxDurationSeconds: 14_400,
        require: 'all',
      },
      by,
    })
  })

  test('a start uses the media, devices and settings of the request', async () => {
    const request = {
      recordingType: 'microphone',
      devices: { screen: ':0' },
      tags: { customer: 'C-1', account: 42, vip: true },
      wrapUpSeconds: 0,
      maxDurationSeconds: 60,
      require: 'any',
    }
    assert.equal(
      (await daemon.post('/v1/recordings', { ...request, media: ['screen', 'audio', 'mic'] }))
        .status,
      201,
    )
    assert.deepEqual(lastCommand()?.request, { ...request, media: ['mic', 'screen'] })
  })

  test('a command on a recording reaches the recorder unchanged and answers 200 with the version', async () => {
    const cases = [
      [
        'start',
        { media: ['audio'], devices: { mic: 'usb' } },
        'track.start',
        { media: ['audio'], devices: { mic: 'usb' } },
      ],
      ['start', { media: ['screen'] }, 'track.start', { media: ['screen'], devices: {} }],
      ['stop', undefined, 'track.stop', {}],
      ['stop', { media: ['mic'] }, 'track.stop', { media: ['mic'] }],
      ['pause', {}, 'track.pause', {}],
      ['pause', { media: ['audio', 'screen'] }, 'track.pause', { media: ['audio', 'screen'] }],
      ['resume', undefined, 'track.resume', {}],
      ['tags', { tags: { customer: 'C-2' } }, 'recording.tag', { tags: { customer: 'C-2' } }],
      ['close', undefined, 'recording.close', {}],
    ] as const
    for (const [word, body, name, request] of cases) {
      for (const id of ['current', 'rec_12345678']) {
        const answer = await daemon.post(`/v1/recordings/${id}/${word}`, body)
        await bodyOf(answer, 200, 'Recording')
        assert.equal(answer.headers.get('etag'), '"3"')
        assert.deepEqual(lastCommand(), { name, recordingId: id, request, by })
      }
    }
  })

  test('a command without a body has the defaults', async () => {
    const { port } = daemon
    const variants = [[], ['Content-Length: 0'], ['Content-Length: 0', 'Content-Type: text/plain']]
    variants.push(['Content-Type: application/json', 'Transfer-Encoding: chunked'])
    for (const lines of variants) {
      const end = lines.includes('Transfer-Encoding: chunked') ? '0\r\n\r\n' : ''
      const authorization = `Authorization: Bearer ${await daemon.tokenFor('control')}`
      const head = [
        'POST /v1/recordings/current/pause HTTP/1.1',
        `Host: 127.0.0.1:${port}`,
        authorization,
        'Connection: close',
      ]
      assert.match(
        await daemon.raw([...head, ...lines, '', end].join('\r\n')),
        /^HTTP\/1.1 200/,
        lines.join(),
      )
    }
  })

  test('a command names its client as the cause of its events', async () => {
    const token = await daemon.tokenFor('tag')
    const init = {
      method: 'POST',
      token,
      headers: { 'content-type': 'application/json' },
      body: '{"tags":{"a":1}}',
    }
    assert.equal((await daemon.call('/v1/recordings/current/tags', init)).status, 200)
    assert.deepEqual(lastCommand()?.by, { side: 'api', client: 'crm', user: 'tester' })
  })

  test('a refusal has the recorder’s own detail and members', async () => {
    const { recorder } = daemon
    const before = recorder.answer
    const members = {
      recordingId: 'rec_12345678',
      state: 'Active',
      allowedCommands: ['tag'],
      holder: { side: 'ui', client: 'ui', since: '2025-11-22T09:30:00.000Z' },
    }
    recorder.answer = async () => {
      throw new RecorderError('CONTROL_HELD_BY_UI', 'The page started it.', {
        members,
        cause: new Error('inside'),
      })
    }
    const problem = await toProblem(
      await daemon.post('/v1/recordings/current/stop'),
      'CONTROL_HELD_BY_UI',
    )
    recorder.answer = before
    assert.equal(problem.detail, 'The page started it.')
    for (const [name, value] of Object.entries(members)) assert.deepEqual(problem[name], value)
  })

  test('a stopping recorder accepts no commands but still answers reads', async () => {
    daemon.ready = false
    const answer = await daemon.post('/v1/recordings')
    await toProblem(answer, 'NOT_READY')
    assert.equal(answer.headers.get('retry-after'), '1')
    await toProblem(await daemon.post('/v1/recordings/current/pause'), 'NOT_READY')
    await toProblem(await daemon.post('/v1/tokens', { name: 'crm', scopes: ['read'] }), 'NOT_READY')
    await toProblem(await daemon.post('/v1/ui/launch'), 'NOT_READY')
    assert.equal(daemon.recorder.commands.length, 0)
    await bodyOf(await daemon.call('/v1/application'), 200, 'Application')
  })

  test('a command is carried out even if the client disconnects', async () => {
    const { recorder } = daemon
    const before = recorder.answer
    const done = new Promise<void>((resolve) => {
      recorder.answer = async (command) => {
        abort.abort()
        await new Promise((next) => setImmediate(next))
        resolve()
        return before(command)
      }
    })
    const abort = new AbortController()
    await assert.rejects(
      daemon.call('/v1/recordings/current/pause', { method: 'POST', signal: abort.signal }),
    )
    await done
    recorder.answer = before
    assert.equal(lastCommand()?.name, 'track.pause')
  })
})

suite('invalid commands', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(async () => {
    assert.equal(daemon.recorder.commands.length, 0, 'nothing invalid reached the recorder')
    await daemon.close()
  })

  test('every fault is reported with its place in the request', async () => {
    const cases: [path: string, body: unknown, pointers: string[]][] = [
      ['', { media: [] }, ['/media']],
      ['', { media: ['mic', 'camera'] }, ['/media/1']],
      ['', { media: 'mic' }, ['/media']],
      ['', { medias: ['mic'], 'a/b~c': 1 }, ['/medias', '/a~1b~0c']],
      ['', { recordingType: 'video' }, ['/recordingType']],
      ['', { devices: { camera: 'x' } }, ['/devices/camera']],
      ['', { devices: { mic: 1 } }, ['/devices/mic']],
      ['', { wrapUpSeconds: -1, maxDurationSeconds: 0 }, ['/wrapUpSeconds', '/maxDurationSeconds']],
      ['', { wrapUpSeconds: 3601 }, ['/wrapUpSeconds']],
      ['', { wrapUpSeconds: '30' }, ['/wrapUpSeconds']],
      ['', { require: 'some' }, ['/require']],
      ['', { tags: { 'system.host': 'x' } }, ['/tags/system.host']],
      ['', null, ['']],
      ['', [], ['']],
      ['', '"text"', ['']],
      ['/current/start', {}, ['/media']],
      ['/current/start', { media: [] }, ['/media']],
      ['/current/pause', { media: [] }, ['/media']],
      ['/current/stop', { medium: 'mic' }, ['/medium']],
      ['/current/resume', { media: [null] }, ['/media/0']],
      ['/current/close', { force: true }, ['/force']],
      ['/current/tags', {}, ['/tags']],
      ['/current/tags', { tags: {} }, ['/tags']],
      ['/current/tags', { tags: { '1st': 1, ä: 1 } }, ['/tags/1st', '/tags/ä']],
      [
        '/current/tags',
        { tags: { constructor: 1, prototype: 2 } },
        ['/tags/constructor', '/tags/prototype'],
      ],
      ['/current/tags', { tags: { [`k${'x'.repeat(64)}`]: 1 } }, [`/tags/k${'x'.repeat(64)}`]],
      [
        '/current/tags',
        { tags: { a: null, b: [], c: {}, d: 'x'.repeat(4097) } },
        ['/tags/a', '/tags/b', '/tags/c', '/tags/d'],
      ],
      ['/current/tags', '{"tags":{"a":1e999}}', ['/tags/a']],
      [
        '/current/tags',
        { tags: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i])) },
        ['/tags'],
      ],
      ['/current/tags', '{"tags":{"__proto__":1}}', ['/tags/__proto__']],
      ['/current/tags', '{"tags":{"\\u005f_proto__":{"a":1}}}', ['/tags/__proto__']],
      ['/current/tags', '{"tags":{"a":1},"__proto__":{}}', ['/__proto__']],
    ]
    for (const [path, body, pointers] of cases) {
      const answer = await daemon.post(`/v1/recordings${path}`, body)
      assert.deepEqual(await pointersOf(answer), pointers, JSON.stringify(body)?.slice(0, 80))
    }
  })

  test('each fault of a request says what would be right', async () => {
    const faultsOf = async (path: string, body: unknown) =>
      (await toProblem(await daemon.post(path, body), 'INVALID_REQUEST')).errors
    assert.deepEqual(
      await faultsOf('/v1/recordings/current/tags', { tags: { note: 'x'.repeat(4097) } }),
      [
        {
          pointer: '/tags/note',
          detail:
            'A tag value is a string of at most 4,096 characters, a finite number or a boolean.',
        },
      ],
    )
    assert.deepEqual(await faultsOf('/v1/audit/verifications', { recordingId: '4711' }), [
      {
        pointer: '/recordingId',
        detail: 'This must be `current`, or the id of a recording, 8 to 64 characters long.',
      },
    ])
  })

  test('no error quotes the values of the request', async () => {
    const secret = 'DE89370400440532013000'
    const bodies = [
      { tags: { iban: [secret] } },
      { tags: secret },
      { wrapUpSeconds: secret },
      { media: [secret] },
      { require: secret },
    ]
    for (const body of bodies) {
      const text = await (await daemon.post('/v1/recordings', body)).text()
      assert.ok(!text.includes(secret), text)
    }
    const broken = await daemon.post('/v1/recordings', `{"tags": {"iban": "${secret}", }`)
    assert.ok(!JSON.stringify(await toProblem(broken, 'INVALID_JSON')).includes(secret))
    assert.ok(!daemon.logLines.join('').includes(secret))
  })

  test('a body that is not JSON is refused', async () => {
    for (const body of ['{', 'x', "{'a':1}", '\ufeff{}', '{"a":1}}', 'NaN']) {
      await toProblem(await daemon.post('/v1/recordings', body), 'INVALID_JSON')
    }
    const latin1 = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"é":1}', 'latin1'),
    }
    await toProblem(await daemon.call('/v1/recordings', latin1), 'INVALID_JSON')
  })

  test('a very deeply nested body is refused without a crash', async () => {
    const deep = `{"tags":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`
    assert.deepEqual(await pointersOf(await daemon.post('/v1/recordings', deep)), ['/tags/a'])
  })

  test('a body of another content type is refused', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'application/jsonp',
      '',
    ]
    for (const type of types) {
      await toProblem(
        await daemon.post('/v1/recordings', {}, { 'content-type': type }),
        'UNSUPPORTED_MEDIA_TYPE',
      )
    }
    const packed = { 'content-encoding': 'gzip' }
    await toProblem(await daemon.post('/v1/recordings', {}, packed), 'UNSUPPORTED_MEDIA_TYPE')
  })

  test('a body larger than 64 KiB is refused, with or without a declared length', async () => {
    const body = (bytes: number) => `{"x":"${'y'.repeat(bytes - 8)}"}`
    assert.deepEqual(await pointersOf(await daemon.post('/v1/recordings', body(65_536))), ['/x'])
    await toProblem(await daemon.post('/v1/recordings', body(65_537)), 'PAYLOAD_TOO_LARGE')
    const stream = new Blob([body(200_000)]).stream()
    const init = {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    }
    await toProblem(await daemon.call('/v1/recordings', init as RequestInit), 'PAYLOAD_TOO_LARGE')
  })

  test('a body is requested only after its head was accepted (Expect: 100-continue)', async () => {
    const ask = async (type: string) => {
      const token = await daemon.tokenFor('control')
      const lines = [
        `Host: 127.0.0.1:${daemon.port}`,
        `Authorization: Bearer ${token}`,
        `Content-Type: ${type}`,
      ]
      const head = [
        'POST /v1/recordings HTTP/1.1',
        ...lines,
        'Content-Length: 1',
        'Expect: 100-continue',
        'Connection: close',
      ]
      return daemon.raw([...head, '', 'x'].join('\r\n'))
    }
    assert.match(await ask('text/plain'), /^HTTP\/1.1 415/)
    assert.match(await ask('application/json'), /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 400/)
  })

  test('a query on a command is refused', async () => {
    assert.deepEqual(await pointersOf(await daemon.post('/v1/recordings?media=mic', {})), [
      '/media',
    ])
  })
})

suite('valid tags', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())

  test('tags reach the recorder unchanged', async () => {
    const tags = {
      a: '',
      'Z9_.-': 0,
      systematic: -1.5,
      toString: true,
      [`k${'x'.repeat(63)}`]: false,
      long: 'x'.repeat(4096),
      astral: '𝄞'.repeat(4096),
    }
    assert.equal((await daemon.post('/v1/recordings/current/tags', { tags })).status, 200)
    assert.deepEqual(daemon.recorder.commands[0]?.request, { tags })
  })

  test('a command may set 64 tags', async () => {
    const tags = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`k${i}`, i]))
    assert.equal((await daemon.post('/v1/recordings/current/tags', { tags })).status, 200)
    assert.deepEqual(daemon.recorder.commands.at(-1)?.request, { tags })
  })
})

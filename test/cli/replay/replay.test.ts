import assert from 'node:assert/strict'
import type { Api } from '../../../src/cli/connection/api.ts'
import { verifyReplay } from '../../../src/cli/replay/verify-replay.ts'
import { displayWidth } from '../../../src/cli/text/text-width.ts'
import type { ReplayState } from '../../../src/contract/replay.ts'
import { Replay } from '../../../src/replay/replay.ts'
import { suite } from '../../support/suite.ts'
import { f2f, problem, type Stub } from '../support/stub.ts'
import { goldenReplays, startReplayStub } from './replay-stub.ts'

const [UI_RECORDING, API_RECORDING] = goldenReplays()
const UI_ID = UI_RECORDING!.recordingId
const API_ID = API_RECORDING!.recordingId

suite('f2f replay, without a terminal', (test) => {
  let stub: Stub
  test.before(async () => {
    stub = await startReplayStub()
  })
  test.after(() => stub.close())
  const replay = (...argv: string[]) => f2f(['replay', ...argv], { home: stub.home })

  test('prints each event with who caused it, what it changed and the state after it', async () => {
    const { code, stdout } = await replay(UI_ID)
    assert.equal(code, 0)
    assert.equal(stdout.match(/^ *\d+\/41 {2}#\d+ /gm)?.length, 41)
    assert.match(
      stdout,
      /^17\/41 {2}#18 {2}.*\.\d{3} {2}track\.pausing {2}ui\/ui {2}\{"medium":"mic",/m,
    )
    assert.match(stdout, /^ {4}track mic: recording → pausing \(track\.pausing\)$/m)
    assert.match(
      stdout,
      /^ {4}now control heldByUi\.capturing, session capturing\.active, mic pausing,/m,
    )
    assert.match(stdout, /^ {4}may api: tag; ui: startMedia, stop, pause, resume, tag$/m)
  })

  test('a refusal shows who wanted what, the machine, its state, the guard, and what was allowed', async () => {
    const refusals = async (id: string) =>
      (await replay(id)).stdout.match(/^ {4}REFUSED.*(?:\n {6}.*)+/gm) ?? []
    const [byUi] = await refusals(UI_ID)
    for (const line of [
      /REFUSED: CONTROL_HELD_BY_UI/,
      /wanted +api\/crm: track\.pause$/m,
      /machine +control$/m,
      /in state +heldByUi\.capturing$/m,
      /guard +fromUi$/m,
      /reason +The recording is controlled by .* only the recorder’s own page may do that\.$/m,
      /allowed +tag$/m,
    ])
      assert.match(byUi ?? '', line)
    const all = (await refusals(API_ID)).join('\n')
    assert.match(all, /CONTROL_HELD_BY_API\n +wanted +ui\/ui: track\.stop[\s\S]*guard +fromApi/)
    assert.match(all, /VERSION_MISMATCH[\s\S]*machine +none: another check refused/)
  })

  test('--json prints one line a step, as the recorder answers it', async () => {
    const lines = (await replay(UI_ID, '--json')).stdout.trimEnd().split('\n')
    const states = lines.map((line): ReplayState => JSON.parse(line))
    assert.equal(states.length, 41)
    for (const state of states)
      assert.deepEqual(state, JSON.parse(JSON.stringify(UI_RECORDING!.stateAfter(state.index))))
  })

  test('--position and --at show one moment, which the recorder replays', async () => {
    const shown = await replay(UI_ID, '--position', '18')
    assert.equal(shown.code, 0)
    assert.match(
      shown.stdout,
      /^Event 17 of 41, position 18, .* ui\/ui \(user tester\)\ntrack\.pausing\n/,
    )
    assert.match(shown.stdout, /^ {2}mic +pausing$/m)
    assert.match(shown.stdout, /^ {2}clients +see Active, ui has control, version 16, 2 tags$/m)
    const { index, machines } = (await replay(UI_ID, '--position', '18', '--json')).json()
    assert.deepEqual([index, machines.tracks.mic.value], [17, 'pausing'])
    await replay(UI_ID, '--at', '2026-11-28T17:03:36Z')
    assert.match(stub.lastRequest().url, /\/replay\?at=2026-11-28T17%3A03%3A36\.000Z$/)
    assert.match(
      (await replay(UI_ID, '--position', '1')).stdout,
      /^Before the first of 41 events\.$/m,
    )
  })

  test('--redact hides the values of tags everywhere, and shows their keys', async () => {
    const secret = /C-1|12\.5|Fake mic"/
    for (const more of [[], ['--json'], ['--position', '15'], ['--position', '42', '--json']]) {
      const open = await replay(UI_ID, ...more)
      if (more.length < 3) assert.match(open.stdout, secret)
      const redacted = await replay(UI_ID, '--redact', ...more)
      assert.equal(redacted.code, 0)
      assert.doesNotMatch(
        redacted.stdout.replace(/"label":"Fake \w+"/g, ''),
        secret,
        more.join(' '),
      )
      assert.match(redacted.stdout, /customer|2 tags/)
    }
  })

  test('wrong usage ends with exit code 2, and asks the recorder nothing', async () => {
    const before = stub.requests.length
    for (const line of [
      '--at yesterday',
      '--at 2026-02-31',
      '--position -1',
      '--position 1 --at 2026-01-31',
      '--verify --position 1',
      '--verify --follow',
      '--at 2026-01-31 --all',
      'a b',
    ]) {
      const ran = await replay(...line.split(' '))
      assert.equal(ran.code, 2, line)
      assert.equal(ran.stdout, '')
    }
    assert.equal(stub.requests.length, before)
  })

  test('steps fit terminals of 40, 60 and 80 columns', async () => {
    for (const columns of [40, 60, 80])
      for (const more of [[], ['--position', '13'], ['--position', '19']]) {
        const { stdout } = await f2f(['replay', UI_ID, ...more], { home: stub.home, columns })
        const tooLong = stdout.split('\n').filter((line) => displayWidth(line) > columns)
        assert.deepEqual(tooLong, [], `${columns} columns`)
        assert.match(stdout, /command\.refused|segment\.closed/)
      }
  })
})

suite('f2f replay, when the recorder refuses', (test) => {
  test('an unknown recording, a position beyond the log and a missing scope are explained', async () => {
    const path = `GET /v1/recordings/${UI_ID}`
    const stub = await startReplayStub({
      [`${path}/replay?position=99`]: problem(400, 'INVALID_REQUEST', { lastPosition: 77 }),
      [`${path}/events?limit=1000`]: problem(403, 'INSUFFICIENT_SCOPE', {
        remedy: 'Ask for audit.',
      }),
      'GET /v1/recordings/gone.': problem(404, 'RECORDING_NOT_FOUND'),
    })
    try {
      const run = (...argv: string[]) => f2f(['replay', ...argv], { home: stub.home })
      for (const [argv, shown] of [
        [[UI_ID, '--position', '99'], /Detail of INVALID_REQUEST/],
        [[UI_ID], /Ask for audit\.\n\(INSUFFICIENT_SCOPE\)/],
        [['gone.'], /List the recordings with `f2f list`/],
      ] as const) {
        const ran = await run(...argv)
        assert.equal(ran.code, 1)
        assert.match(ran.stderr, shown)
      }
      assert.equal((await run(UI_ID, '--json')).json().code, 'INSUFFICIENT_SCOPE')
    } finally {
      await stub.close()
    }
  })
})

suite('f2f replay --verify', (test) => {
  const path = `GET /v1/recordings/${UI_ID}`
  const verify = async (changed: Parameters<typeof startReplayStub>[0], ...more: string[]) => {
    const stub = await startReplayStub(changed)
    try {
      return await f2f(['replay', UI_ID, '--verify', ...more], { home: stub.home })
    } finally {
      await stub.close()
    }
  }

  test('says how many steps were compared when all are equal', async () => {
    const { code, stdout } = await verify({})
    assert.equal(code, 0)
    assert.match(stdout, /^41 steps verified: .* at 42 moments\.$/m)
  })

  test('finds a view that the recorder answers otherwise, and shows no value of a tag', async () => {
    const { recording } = UI_RECORDING!.stateAfter(41)
    const { code, stdout } = await verify({
      [path]: { body: { ...recording, controller: 'api' } },
    })
    assert.equal(code, 1)
    assert.match(
      stdout,
      /^Event 41 \(#42\): .* differs in controller: "ui" from the events, "api"/m,
    )
    const tags = recording!.tags.map((tag) => ({ ...tag, value: 'swapped' }))
    const tagged = await verify({ [path]: { body: { ...recording, tags } } })
    assert.equal(tagged.code, 1)
    assert.match(tagged.stdout, /differs in tags\.0\.value\.$/m)
  })

  test('finds a moment that the recorder replays otherwise', async () => {
    const state = structuredClone(UI_RECORDING!.stateAfter(17))
    state.machines.tracks.mic.value = 'recording'
    const ran = await verify({ [`${path}/replay?position=18`]: { body: state } }, '--json')
    assert.equal(ran.code, 1)
    const { steps, asked, differences } = ran.json()
    assert.deepEqual([steps, asked], [41, 42])
    assert.deepEqual(
      differences.map(({ index, position }: { index: number; position: number }) => [
        index,
        position,
      ]),
      [[17, 18]],
    )
    assert.match(differences[0].detail, /machines\.tracks\.mic\.value: "pausing" .* "recording"/)
  })

  test('finds events after which machines and view disagree', async () => {
    class BrokenReplay extends Replay {
      override stateAfter(index: number): ReplayState {
        const state = structuredClone(super.stateAfter(index))
        if (index === 17) state.machines.tracks.mic.value = 'recording'
        return state
      }
    }
    const broken = new BrokenReplay(UI_ID)
    broken.append(UI_RECORDING!.events)
    const api = {
      recording: async () => ({ ...UI_RECORDING!.stateAfter(41).recording, version: 99 }),
      replay: async (_id: string, { position }: { position: number }) =>
        broken.stateAfter(broken.indexAtPosition(position)),
    }
    const { differences } = await verifyReplay(api as unknown as Api, broken, () => {})
    assert.deepEqual(differences, [
      {
        ...{ index: 17, position: 18 },
        detail: 'The state of mic: the machine says recording, the view paused.',
      },
    ])
  })

  test('a log from which an event is missing cannot be replayed, and its position is shown', async () => {
    const events = UI_RECORDING!.events.filter(({ type }) => type !== 'track.pausing')
    const { code, stdout, stderr } = await verify({
      [`${path}/events?limit=1000`]: { body: { items: events, nextCursor: null } },
    })
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(
      stderr,
      /cannot be replayed\.\ntrack\.paused at position 20: The track machine has no/,
    )
  })
})

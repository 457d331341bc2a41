import assert from 'node:assert/strict'
import { readKeys } from '../../../src/cli/replay/keys.ts'
import { firstStep, pressKey } from '../../../src/cli/replay/stepper.ts'
import { displayWidth } from '../../../src/cli/text/text-width.ts'
import { suite } from '../../support/suite.ts'
import { f2f, type Stub } from '../support/stub.ts'
import { goldenReplays, startReplayStub } from './replay-stub.ts'

const [RECORDING] = goldenReplays()
const { events, recordingId } = RECORDING!
const RIGHT = '\u001b[C'
const LEFT = '\u001b[D'

/** The stepper after keys, as a terminal sends them. */
const after = (typed: string) =>
  readKeys(typed).reduce((stepper, key) => pressKey(stepper, key, events), firstStep(events))
const typeAfter = (typed: string) => events[after(typed).index - 1]?.type

suite('the keys of f2f replay', (test) => {
  test('step to the next event and back, and to the first and the last', () => {
    assert.equal(after('').index, 1)
    assert.equal(after(`n${RIGHT}\r `).index, 5)
    assert.equal(after(`nnnp${LEFT}`).index, 2)
    assert.equal(after('p').index, 0)
    assert.deepEqual(
      [after('pp').index, after('pp').note],
      [0, 'There is no such event before this one.'],
    )
    assert.equal(after('\u001b[F').index, 41)
    assert.deepEqual(
      [after('\u001b[Fn').index, after('\u001b[Fn').note],
      [41, 'There is no such event after this one.'],
    )
    assert.equal(after('\u001b[F\u001b[H').index, 1)
  })

  test('step to the same type and to refusals, in both directions', () => {
    assert.equal(typeAfter('nnnn'), 'track.starting')
    assert.equal(after('nnnn\u001b[1;2D').index, 4)
    assert.equal(after('nnnt').index, 5)
    assert.equal(after('nnnt\u001b[1;2C').note, 'There is no such event after this one.')
    assert.equal(typeAfter('r'), 'command.refused')
    assert.equal(after('rrR').index, after('r').index)
  })

  test('g goes to a position of the log; Esc, Backspace and a mistake change nothing', () => {
    assert.equal(events[after('g18\r').index - 1]?.position, 18)
    assert.equal(events[after('g19\u007f8\r').index - 1]?.position, 18)
    assert.equal(after('g999\r').index, 41)
    assert.equal(after('g0\r').index, 0)
    assert.equal(after('ng18\u001bn').index, 3)
    assert.deepEqual(
      [after('ngx\r').index, after('ngx\r').note],
      [2, 'A position is a whole number.'],
    )
  })

  test('f steps to some types only, until Esc', () => {
    assert.equal(typeAfter('ftrack.paus\r'), 'track.pausing')
    assert.equal(typeAfter('fTrack.paus\rn'), 'track.paused')
    assert.equal(typeAfter('ftrack.paus\rnn'), 'track.paused')
    assert.equal(typeAfter('ftrack.paus\r\u001b[F'), 'track.paused')
    assert.equal(after('ftrack.paus\r\u001bn').index, 18)
    assert.deepEqual([after('fnothing\r').index, after('fnothing\r').filter], [1, ''])
    assert.equal(after('\u001b[Ffrecording.st\r').index, 10)
  })

  test('q and Ctrl-C quit, also while something is typed; other keys point to the help', () => {
    for (const keys of ['q', '\u0003', 'g1\u0003', '?q', 'f\u0003'])
      assert.ok(after(keys).isDone, keys)
    assert.equal(after('fq').isDone, false)
    assert.equal(after('x').note, 'Press ? for the keys.')
    assert.ok(after('?').showsHelp)
    assert.equal(after('?n').showsHelp, false)
    assert.deepEqual(readKeys('\u001b[5~\u0001é'), ['é'])
  })

  test('a recording without events has no steps', () => {
    const none = firstStep([])
    for (const key of readKeys('nptTrR\u001b[H\u001b[F'))
      assert.equal(pressKey(none, key, []).index, 0)
  })
})

suite('f2f replay on a terminal', (test) => {
  let stub: Stub
  test.before(async () => {
    stub = await startReplayStub()
  })
  test.after(() => stub.close())
  const frames = async (keys: string[], more: { columns?: number; rows?: number } = {}) => {
    const argv = ['replay', recordingId, ...(keys.includes('REDACT') ? ['--redact'] : [])]
    const typed = keys.filter((key) => key !== 'REDACT')
    const env = { NO_COLOR: '1' }
    const ran = await f2f(argv, { home: stub.home, terminal: true, keys: typed, env, ...more })
    assert.deepEqual([ran.code, ran.stderr], [0, ''])
    return ran.stdout.split('\u001b[H\u001b[J')
  }

  test('shows a screen for each key, and the screen of before in the end', async () => {
    const [before, first, second, refusal, ...rest] = await frames(['n', 'r', 'q'])
    assert.equal(before, '\u001b[?1049h\u001b[?25l')
    assert.match(first ?? '', /^Event 1 of 41, .*\ncommand\.accepted\n/)
    assert.match(second ?? '', /^Event 2 of 41, [\s\S]*control: unclaimed → heldByUi\.capturing/)
    assert.match(refusal ?? '', /REFUSED: CONTROL_HELD_BY_UI[\s\S]*guard +fromUi/)
    assert.deepEqual(rest, [])
    assert.ok(refusal?.endsWith('\u001b[?25h\u001b[?1049l'))
  })

  test('shows what is being typed, and the filter', async () => {
    const shown = await frames(['g', '18', '\r', 'f', 'segment', '\r', 'q'])
    assert.match(shown[2] ?? '', /\n\nPosition of the log: _$/)
    assert.match(shown.at(-1) ?? '', /^Event 18 of 41[\s\S]*Only types with “segment”\./)
  })

  test('fits low and narrow terminals', async () => {
    for (const columns of [40, 60, 80])
      for (const frame of (await frames(['n', 'n', 'r', '?', 'q'], { columns, rows: 12 })).slice(
        1,
      )) {
        const lines = frame.replace('\u001b[?25h\u001b[?1049l', '').split('\n')
        assert.ok(lines.length <= 12, frame)
        for (const line of lines) assert.ok(displayWidth(line) <= columns, line)
      }
  })

  test('--redact hides the values of tags', async () => {
    const tagged = await frames(['g15\r', 'q'])
    assert.match(tagged.at(-1) ?? '', /tags\.customer +C-1/)
    const redacted = await frames(['REDACT', 'g15\r', 'q'])
    assert.match(redacted.at(-1) ?? '', /tags\.customer +…/)
  })

  test('ends when the input ends', async () => {
    assert.equal((await frames([])).length, 2)
  })
})

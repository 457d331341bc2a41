import assert from 'node:assert/strict'
import { transition } from 'xstate'
import { getShortestPaths } from 'xstate/graph'
import { COMMANDS } from '../../src/contract/commands.ts'
import { controlMachine } from '../../src/machines/control-machine.ts'
import {
  evolve,
  initialRecording,
  recordingState,
  trackState,
} from '../../src/machines/recording-fold.ts'
import { sessionMachine } from '../../src/machines/session-machine.ts'
import { trackMachine } from '../../src/machines/track-machine.ts'
import { Story } from '../support/fixtures.ts'
import { suite } from '../support/suite.ts'

const device = { id: 'm', label: 'M' }
const cut = { segment: 1, cutAt: '2026-01-05T09:00:00.000Z' }

suite('the state of a recording', (test) => {
  test('an impossible fact is an error instead of being dropped silently', () => {
    const story = new Story('api').started()
    assert.throws(() => story.tell('track.paused', { medium: 'screen' }), {
      name: 'RecorderError',
      code: 'INTERNAL',
    })
    assert.throws(() => story.tell('recording.resumed', {}), {
      name: 'RecorderError',
      code: 'INTERNAL',
    })
  })

  test('a new event never changes an earlier state', () => {
    const [first] = new Story('api').started().events
    const before = initialRecording('r', first!)
    const text = JSON.stringify([before.session.value, before.tracks.mic.value, before.version])
    new Story('api').started().events.reduce(evolve, before)
    assert.equal(
      JSON.stringify([before.session.value, before.tracks.mic.value, before.version]),
      text,
    )
  })

  test('a track that captures can always be paused and stopped, however it got there', () => {
    const facts = [
      { type: 'track.starting', segment: 1, device },
      { type: 'track.started', segment: 1 },
      { type: 'track.pausing', ...cut },
      { type: 'track.paused' },
      { type: 'track.resuming', segment: 2, device },
      { type: 'track.resumed', segment: 2 },
      { type: 'track.recovering', segment: 3, giveUpAt: '' },
      { type: 'track.recovered', segment: 3 },
      { type: 'track.stopping', ...cut, reason: 'command' },
      { type: 'track.stopped' },
      { type: 'track.failed' },
    ] as const
    const paths = getShortestPaths(trackMachine, {
      events: [...facts] as never,
      serializeState: (state) => JSON.stringify([state.value, state.context.resuming]),
    })
    const reached = new Set(paths.map((path) => String(path.state.value)))
    assert.deepEqual([...reached].sort(), [
      'failed',
      'off',
      'paused',
      'pausing',
      'recording',
      'recovering',
      'starting',
      'stopped',
      'stopping',
    ])
    for (const { state } of paths) {
      const captures = ['starting', 'recording', 'recovering'].includes(trackState(state))
      assert.equal(
        state.can({ type: 'track.pause', side: 'api' }),
        captures,
        `pause in ${state.value}`,
      )
      if (captures)
        assert.ok(state.can({ type: 'track.stop', side: 'api' }), `stop in ${state.value}`)
      if (captures)
        assert.ok(
          state.can({ type: 'track.pausing', ...cut }) &&
            state.can({ type: 'track.stopping', ...cut, reason: 'command' }),
        )
    }
  })

  test('a command alone never changes a state; only facts do', () => {
    const fold = new Story('api').started().world.get('recording-1')
    assert.ok(fold)
    for (const type of COMMANDS) {
      const asked = { type, side: 'api' } as const
      assert.deepEqual(transition(sessionMachine, fold.session, asked)[0].value, fold.session.value)
      assert.deepEqual(transition(controlMachine, fold.control, asked)[0].value, fold.control.value)
      assert.deepEqual(
        transition(trackMachine, fold.tracks.mic, asked)[0].value,
        fold.tracks.mic.value,
      )
    }
    assert.equal(recordingState(fold.session), 'Active')
  })
})

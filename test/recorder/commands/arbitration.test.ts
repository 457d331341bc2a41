import assert from 'node:assert/strict'
import type { MachineCommandName } from '../../../src/contract/commands.ts'
import { allowedCommands } from '../../../src/machines/allowed-commands.ts'
import { arbitrate, isRefusal } from '../../../src/recorder/commands/arbitration.ts'
import { currentRecording } from '../../../src/recorder/open-recordings.ts'
import { arbitrationTable, type Cell } from '../../support/arbitration.ts'
import { command, Story, worldOf } from '../../support/fixtures.ts'
import { suite } from '../../support/suite.ts'

/** A command of the table, made so that only control and the recording's state decide. */
function ask({ side, command: name, standing }: Cell) {
  const paused = standing.endsWith('Paused')
  const requests: Partial<Record<MachineCommandName, object>> = {
    'track.start': { media: ['screen'], devices: {} },
    'recording.tag': { tags: { customer: 'C-1' } },
    'recording.consent': { state: 'granted', method: 'spoken' },
  }
  const outcome = arbitrate(worldOf(standing), command(side, name, requests[name] ?? {}))
  // Nothing is paused that is active, and the other way round: the table speaks of control, these
  // two of tracks.
  const idle = name === (paused ? 'track.pause' : 'track.resume') && !standing.endsWith('WrapUp')
  return { code: isRefusal(outcome) ? outcome.code : 'yes', idle }
}

suite('judgement', (test) => {
  for (const cell of arbitrationTable()) {
    test(`${cell.side} ${cell.command}, ${cell.standing}: ${cell.expected}`, () => {
      const { code, idle } = ask(cell)
      assert.equal(code, idle && cell.expected === 'yes' ? 'INVALID_STATE' : cell.expected)
    })
  }

  test('what a side is told it may do is what it may do', () => {
    for (const { side, command: name, standing } of arbitrationTable()) {
      if (standing === 'none') continue
      const world = worldOf(standing)
      const allowed = allowedCommands(currentRecording(world), side)
      const spelled = {
        'recording.start': 'start',
        'track.start': 'startMedia',
        'track.stop': 'stop',
        'track.pause': 'pause',
        'track.resume': 'resume',
        'recording.tag': 'tag',
        'recording.close': 'close',
        'recording.consent': 'consent',
      } as const
      const { code } = ask({ side, command: name, standing, expected: '' })
      assert.equal(allowed.includes(spelled[name]), code === 'yes', `${side} ${name} ${standing}`)
    }
  })

  test('control is checked before the version, the version before the state', () => {
    const world = worldOf('ui WrapUp')
    const stale = { ...command('api', 'track.stop'), expectedVersion: 1 }
    assert.equal((arbitrate(world, stale) as { code: string }).code, 'CONTROL_HELD_BY_UI')
    const own = { ...command('ui', 'track.stop'), expectedVersion: 1 }
    assert.equal((arbitrate(world, own) as { code: string }).code, 'VERSION_MISMATCH')
  })

  test('a recording that is starting can be paused, stopped and tagged, and consent recorded, but not closed or started again', () => {
    const story = new Story('api')
      .tell('command.accepted', { command: 'recording.start' })
      .tell('recording.starting', {
        recordingType: 'both',
        media: ['mic'],
        require: 'all',
        wrapUpSeconds: 1,
        maxDurationSeconds: 1,
        endsBy: '2026-01-01T00:00:00.000Z',
      })
      .tell('track.starting', { medium: 'mic', segment: 1, device: { id: 'm', label: 'M' } })
    assert.deepEqual(allowedCommands(currentRecording(story.world), 'api'), [
      'startMedia',
      'stop',
      'pause',
      'tag',
      'consent',
    ])
    assert.deepEqual(allowedCommands(currentRecording(story.world), 'ui'), ['consent'])
  })

  test('audio stands for the audio media of the recording’s own type', () => {
    const outcome = arbitrate(
      worldOf('api Active'),
      command('api', 'track.start', { media: ['audio'], devices: {} }),
    )
    assert.equal((outcome as { code: string }).code, 'INVALID_STATE')
  })
})

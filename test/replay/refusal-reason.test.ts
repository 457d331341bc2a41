import assert from 'node:assert/strict'
import type { Side } from '../../src/contract/by.ts'
import { COMMANDS, type MachineCommand } from '../../src/contract/commands.ts'
import type { EventOf, LogEvent } from '../../src/contract/events.ts'
import { MEDIA } from '../../src/contract/media.ts'
import type { RefusalReason } from '../../src/contract/replay.ts'
import { arbitrate, isRefusal } from '../../src/recorder/commands/arbitration.ts'
import { refusalReason } from '../../src/replay/refusal-reason.ts'
import { command, Story } from '../support/fixtures.ts'
import { suite } from '../support/suite.ts'

/** Lets arbitration refuse a command after a story, and explains the event that it would write. */
function explain(story: Story, refused: MachineCommand): RefusalReason | null {
  const outcome = arbitrate(story.world, refused)
  if (!isRefusal(outcome)) return null
  const fold = [...story.world.values()][0]!
  const { code, detail, medium } = outcome
  const data = { command: refused.name, code, detail, ...(medium ? { medium } : {}) }
  const event = { type: 'command.refused', by: refused.by, data } as LogEvent
  return refusalReason(event as EventOf<'command.refused'>, fold)
}

const STORIES: Record<string, (side: 'api' | 'ui') => Story> = {
  active: (side) => new Story(side).started(),
  paused: (side) => new Story(side).started().paused(),
  wrapUp: (side) => new Story(side).started().wrappedUp(),
}

suite('the reason of a refusal', (test) => {
  test('names the guard by which control refused', () => {
    const story = new Story('ui').started()
    const reason = explain(story, command('api', 'track.pause', { media: ['mic'] }))
    assert.deepEqual(reason, {
      command: 'track.pause',
      side: 'api',
      code: 'CONTROL_HELD_BY_UI',
      machine: 'control',
      medium: null,
      state: 'heldByUi.capturing',
      guard: 'fromUi',
      reason:
        'The recording is controlled by the recorder’s own page. The control machine was in “heldByUi.capturing”, where the guard fromUi says: only the recorder’s own page may do that.',
    })
  })

  test('says that a state has no transition for the command', () => {
    const story = new Story('api').started().wrappedUp()
    const reason = explain(story, command('api', 'track.pause'))
    assert.equal(reason?.machine, 'session')
    assert.equal(reason?.state, 'wrapUp')
    assert.equal(reason?.guard, null)
    assert.match(reason?.reason ?? '', /“wrapUp”, which has no transition for track\.pause\.$/)
  })

  test('names the track that refused, or that none is fit', () => {
    const story = new Story('api').started()
    const named = explain(story, command('api', 'track.resume', { media: ['mic'] }))
    assert.deepEqual(
      [named?.machine, named?.medium, named?.state, named?.guard],
      ['track', 'mic', 'recording', null],
    )
    const any = explain(story, command('api', 'track.resume'))
    assert.deepEqual([any?.machine, any?.medium, any?.state], ['track', null, null])
    assert.match(any?.reason ?? '', /No track machine is in a state in which it can be resumed\.$/)
  })

  test('a refusal that no machine decided keeps the words of its check', () => {
    const story = new Story('api').started()
    const stale = { ...command('api', 'track.pause'), expectedVersion: 1 }
    const reason = explain(story, stale)
    assert.equal(reason?.code, 'VERSION_MISMATCH')
    assert.equal(reason?.machine, null)
    assert.equal(reason?.state, null)
    assert.match(reason?.reason ?? '', /not 1\.$/)
  })

  test('every refusal by a machine blames one that does not permit the command', () => {
    for (const [name, tell] of Object.entries(STORIES))
      for (const holder of ['api', 'ui'] as const)
        for (const side of ['api', 'ui'] as const satisfies Side[])
          for (const asked of COMMANDS)
            for (const media of [undefined, ...MEDIA.map((medium) => [medium])]) {
              const story = tell(holder)
              const request = { tags: {}, ...(media ? { media } : {}) }
              const refused = command(side, asked, request as never)
              const reason = explain(story, refused)
              if (reason === null) continue
              const where = `${side} ${asked} ${media ?? ''} in ${name} of ${holder}`
              const fold = [...story.world.values()][0]!
              assert.ok(reason.machine, where)
              if (reason.machine === 'track' && reason.medium === null) continue
              const blamed =
                reason.machine === 'track' ? fold.tracks[reason.medium!] : fold[reason.machine]
              assert.equal(blamed.can({ type: asked, side } as never), false, where)
              const has = JSON.stringify(blamed.machine.config).includes(`"${reason.guard}"`)
              assert.ok(reason.guard === null || has, where)
            }
  })
})

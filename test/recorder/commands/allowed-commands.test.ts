import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ClientSide } from '../../../src/contract/by.ts'
import {
  ALLOWED_COMMAND_OF,
  COMMANDS,
  type MachineCommandName,
} from '../../../src/contract/commands.ts'
import type { CustodyRules } from '../../../src/contract/custody.ts'
import type { DesktopChange } from '../../../src/contract/desktop.ts'
import type { ErrorCode } from '../../../src/contract/errors.ts'
import { MEDIA, type Medium } from '../../../src/contract/media.ts'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import { RecorderBench, RULES } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

const SIDES = ['api', 'ui'] as const
/** The codes of commands that may not be given now. Others concern devices, disk or keys. */
const NOT_ALLOWED: readonly ErrorCode[] = [
  ...(['CONTROL_HELD_BY_API', 'CONTROL_HELD_BY_UI', 'ALREADY_RECORDING', 'INVALID_STATE'] as const),
  ...(['RECORDING_CLOSED', 'CONSENT_REQUIRED', 'ERASED', 'NO_CURRENT_RECORDING'] as const),
]

/** A recorder whose desktop can be locked, and whose rules can be changed. */
class Walk {
  bench!: RecorderBench
  #change!: (change: DesktopChange) => void
  #isLocked = false
  readonly rules: CustodyRules = structuredClone(RULES)

  static async begin(): Promise<Walk> {
    const walk = new Walk()
    walk.rules.lock = { pause: ['mic', 'screen'], resume: false }
    walk.bench = await RecorderBench.create({
      rules: () => walk.rules,
      watchDesktop: (onChange) => {
        walk.#change = onChange
        return { problem: async () => null, close: async () => {} }
      },
    })
    return walk
  }

  /** Locks or unlocks the desktop. Resolves when that is in the log. */
  async desktop(type: 'locked' | 'unlocked'): Promise<void> {
    const before = await this.#count(`desktop.${type}`)
    this.#change({ type })
    await eventually(`desktop.${type}`, async () => (await this.#count(`desktop.${type}`)) > before)
    this.#isLocked = type === 'locked'
    await this.settle()
  }

  /** Resolves when the lock has paused everything that it pauses. */
  async settle(): Promise<void> {
    if (this.#isLocked) await eventually('the pauses of the lock', () => this.#isSettled())
  }

  async #count(type: string): Promise<number> {
    return (await this.bench.events()).filter((event) => event.type === type).length
  }

  async #isSettled(): Promise<boolean> {
    const { items } = await this.bench.recorder.recordings({ limit: 1 }, 'api')
    const states = this.rules.lock.pause.map((medium) => items[0]?.tracks[medium]?.state)
    return states.every((state) => state !== 'starting' && state !== 'recording')
  }

  /** Gives a command on a recording, in its most promising form. Returns whether it was allowed. */
  async isAllowed(
    name: MachineCommandName,
    side: ClientSide,
    recording: RecordingAnswer | null,
  ): Promise<boolean> {
    const request = requestFor(name, recording)
    const target = name === 'recording.start' ? null : (recording?.id ?? 'current')
    try {
      await this.bench.command(side, name, request, { recordingId: target })
      return true
    } catch (error) {
      const { code } = error as { code: ErrorCode }
      // The pause of the lock has overtaken it.
      if (code === 'INTERRUPTED') return true
      if (!NOT_ALLOWED.includes(code)) throw error
      return false
    }
  }
}

/** Returns the request of a command that is most likely to be allowed. */
function requestFor(name: MachineCommandName, recording: RecordingAnswer | null): object {
  const consent = { state: 'granted', method: 'spoken' } as const
  const isFree = (medium: Medium): boolean =>
    ['off', 'stopped', 'failed'].includes(recording?.tracks[medium]?.state ?? 'off')
  const requests: Partial<Record<MachineCommandName, object>> = {
    'recording.start': { media: ['mic', 'speaker'], consent },
    'track.start': { media: [MEDIA.find(isFree) ?? 'mic'], devices: {} },
    'recording.tag': { tags: { step: 1 } },
    'recording.consent': consent,
  }
  return requests[name] ?? {}
}

const turn = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      side: fc.constantFrom(...SIDES),
      name: fc.constantFrom(...COMMANDS),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('locked' as const, 'unlocked' as const) },
  { weight: 1, arbitrary: fc.constantFrom('required' as const, 'off' as const) },
)

suite('the commands that a recording lists', (test) => {
  test('are those that are allowed, in every state and for either side', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 5, maxLength: 25 }), async (turns) => {
        const walk = await Walk.begin()
        const { recorder } = walk.bench
        try {
          for (const next of turns) {
            if (next === 'locked' || next === 'unlocked') await walk.desktop(next)
            else if (next === 'required' || next === 'off') walk.rules.consent.mode = next
            else {
              const { items } = await recorder.recordings({ limit: 1 }, next.side)
              const { allowedCommands } = items[0] ?? (await recorder.application(next.side))
              const isListed = allowedCommands.includes(ALLOWED_COMMAND_OF[next.name])
              const isAllowed = await walk.isAllowed(next.name, next.side, items[0] ?? null)
              const told = `${next.side} ${next.name} in ${JSON.stringify(items[0])}`
              assert.equal(isListed, isAllowed, told)
              await walk.settle()
            }
          }
        } finally {
          await walk.bench.dispose()
        }
      }),
      { numRuns: 40 },
    )
  })

  test('include consent once it is closed, until it is erased', async () => {
    const walk = await Walk.begin()
    const { bench } = walk
    try {
      const { id } = await bench.command('api', 'recording.start')
      await bench.command('api', 'track.stop')
      const closed = await bench.command('api', 'recording.close')
      assert.deepEqual(closed.allowedCommands, ['start', 'consent'])
      const refusal = await bench
        .command('ui', 'recording.tag', { tags: { late: true } }, { recordingId: id })
        .catch((error) => error)
      assert.deepEqual(refusal.members.allowedCommands, ['start', 'consent'])
      await bench.command('ui', 'recording.start')
      for (const [side, listed] of [
        ['api', ['consent']],
        ['ui', ['consent']],
      ] as const)
        assert.deepEqual((await bench.recorder.recording(id, side)).allowedCommands, listed)
      const erased = await bench.command(
        'api',
        'recording.erase',
        { reason: 'Asked for.' },
        { recordingId: id },
      )
      assert.deepEqual(erased.allowedCommands, [])
    } finally {
      await bench.dispose()
    }
  })

  test('neither resume what a locked screen keeps paused, nor hide that it can be paused for good', async () => {
    const walk = await Walk.begin()
    const { bench } = walk
    try {
      const { id } = await bench.command('api', 'recording.start', { media: ['mic'] })
      await walk.desktop('locked')
      const listed = async () => (await bench.recorder.recording(id, 'api')).allowedCommands
      await eventually('the pause of the lock', async () => {
        return (await bench.recorder.recording(id, 'api')).state === 'Paused'
      })
      assert.deepEqual(await listed(), ['startMedia', 'stop', 'pause', 'tag', 'consent'])
      await bench.command('api', 'track.pause')
      assert.deepEqual(await listed(), ['startMedia', 'stop', 'tag', 'consent'])
      await walk.desktop('unlocked')
      assert.deepEqual(await listed(), ['startMedia', 'stop', 'resume', 'tag', 'consent'])
    } finally {
      await bench.dispose()
    }
  })
})

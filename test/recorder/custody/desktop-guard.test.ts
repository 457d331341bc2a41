import assert from 'node:assert/strict'
import type { CustodyRules } from '../../../src/contract/custody.ts'
import type { DesktopChange } from '../../../src/contract/desktop.ts'
import type { Medium } from '../../../src/contract/media.ts'
import type { RecordingAnswer } from '../../../src/contract/views.ts'
import { Replay } from '../../../src/replay/replay.ts'
import { FeedReader } from '../../inspection/support/feed.ts'
import { holdThread } from '../../support/hold-thread.ts'
import { RecorderBench, RULES } from '../../support/recorder-bench.ts'
import { eventually, suite } from '../../support/suite.ts'

/** A recorder whose desktop a test locks. */
class LockedBench {
  bench!: RecorderBench
  change!: (change: DesktopChange) => void
  lock: CustodyRules['lock'] = { pause: ['mic', 'screen'], resume: false }

  async open(): Promise<this> {
    this.bench = await RecorderBench.create({
      rules: () => ({ ...RULES, lock: this.lock }),
      watchDesktop: (onChange) => {
        this.change = onChange
        return { problem: async () => null, close: async () => {} }
      },
    })
    return this
  }

  /** Unlocks the desktop; resolves when that is in the log. */
  async unlock(): Promise<void> {
    this.change({ type: 'unlocked' })
    await eventually('the unlocking in the log', async () =>
      (await this.bench.events()).some(({ type }) => type === 'desktop.unlocked'),
    )
  }

  async states(id: string): Promise<Record<Medium, string>> {
    const { tracks } = await this.bench.recorder.recording(id, 'api')
    const entries = Object.entries(tracks).map(([medium, track]) => [medium, track.state])
    return Object.fromEntries(entries) as Record<Medium, string>
  }

  until(id: string, wanted: Partial<Record<Medium, string>>): Promise<unknown> {
    return eventually(JSON.stringify(wanted), async () => {
      const states = await this.states(id)
      return Object.entries(wanted).every(([medium, state]) => states[medium as Medium] === state)
    })
  }
}

suite('a locked desktop', (test) => {
  let locked: LockedBench
  test.beforeEach(async () => {
    locked = await new LockedBench().open()
  })
  test.afterEach(() => locked.bench.dispose())

  const start = async (): Promise<RecordingAnswer> => locked.bench.command('api', 'recording.start')

  test('pauses microphone and screen by the system, and says why in the gap', async () => {
    const { id } = await start()
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused', screen: 'paused', speaker: 'recording' })
    await locked.unlock()
    // It stays paused unless the configuration says otherwise.
    assert.equal((await locked.states(id)).mic, 'paused')
    const { tracks } = await locked.bench.recorder.recording(id, 'api')
    assert.equal(tracks.mic?.gaps.at(-1)?.reason, 'locked')
    const pauses = (await locked.bench.events()).filter(({ type }) => type === 'track.pausing')
    assert.ok(pauses.every(({ by }) => by.side === 'system'))
    await locked.bench.command('api', 'track.resume')
    await locked.until(id, { mic: 'recording', screen: 'recording' })
  })

  test('resumes what it has paused, and nothing else, when that is configured', async () => {
    locked.lock = { pause: ['mic', 'screen'], resume: true }
    const { id } = await start()
    await locked.bench.command('api', 'track.pause', { media: ['screen'] })
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused' })
    locked.change({ type: 'unlocked' })
    await locked.until(id, { mic: 'recording' })
    assert.equal((await locked.states(id)).screen, 'paused')
  })

  test('does not resume what a person stops, or wants paused, meanwhile', async () => {
    locked.lock = { pause: ['mic', 'screen'], resume: true }
    const { id } = await start()
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused', screen: 'paused' })
    await locked.bench.command('api', 'track.stop', { media: ['screen'] })
    const answer = await locked.bench.command('api', 'track.pause', { media: ['mic'] })
    assert.equal(answer.tracks.mic?.state, 'paused')
    await locked.unlock()
    assert.deepEqual(
      [(await locked.states(id)).mic, (await locked.states(id)).screen],
      ['paused', 'stopped'],
    )
  })

  test('pauses what begins to record while it is locked', async () => {
    locked.change({ type: 'locked' })
    const { id } = await start()
    await locked.until(id, { mic: 'paused', screen: 'paused', speaker: 'recording' })
  })

  test('takes a pause of all as the wish of a person, for what is paused already, too', async () => {
    locked.lock = { pause: ['mic', 'speaker', 'screen'], resume: true }
    const { id } = await start()
    const release = locked.bench.platform.holdEnds()
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused', speaker: 'paused', screen: 'paused' })
    let isAnswered = false
    const pause = locked.bench.command('api', 'track.pause').finally(() => {
      isAnswered = true
    })
    await eventually('an accepted pause', async () =>
      (await locked.bench.events()).some(
        ({ type, by, data }) =>
          type === 'command.accepted' && by.side === 'api' && data.command === 'track.pause',
      ),
    )
    assert.equal(isAnswered, false, 'an answer before all capture has ended')
    release()
    assert.equal((await pause).state, 'Paused')
    await locked.unlock()
    assert.deepEqual(await locked.states(id), {
      mic: 'paused',
      speaker: 'paused',
      screen: 'paused',
    })
    const { gaps = [] } = (await locked.bench.recorder.recording(id, 'api')).tracks.mic ?? {}
    assert.equal(gaps.at(-1)?.reason, 'locked', 'it was the lock that ended capture')
    await locked.bench.command('api', 'track.resume')
    await locked.until(id, { mic: 'recording' })
  })

  const overdue = async () =>
    (await locked.bench.recorder.application('api')).errors.map(({ code, medium }) => [
      code,
      medium,
    ])

  test('does not take its limit from a pause that somebody wants meanwhile: it is warned of', async () => {
    locked.lock = { pause: ['mic', 'screen'], resume: true }
    const { id } = await start()
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused', screen: 'paused' })
    await locked.bench.command('api', 'track.pause', { maxPauseSeconds: 1 })
    const reader = new FeedReader()
    locked.bench.recorder.inspect(reader.push)
    const { firesAt } = reader.context('/track:mic/pauseClock')
    assert.ok(firesAt)
    assert.equal(firesAt, reader.context('/track:mic').overdueAt)
    await locked.unlock()
    await eventually('all three are warned of', async () => (await overdue()).length === 3)
    assert.deepEqual(
      await overdue(),
      ['mic', 'speaker', 'screen'].map((medium) => ['PAUSE_OVERDUE', medium]),
    )
    // The next pause has no limit, though the one before had.
    await locked.bench.command('api', 'track.resume')
    assert.deepEqual(await overdue(), [])
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused', screen: 'paused' })
    await locked.bench.command('api', 'track.pause', { media: ['speaker'], maxPauseSeconds: 1 })
    await eventually('the speaker is warned of', async () => (await overdue()).length > 0)
    assert.deepEqual(await overdue(), [['PAUSE_OVERDUE', 'speaker']])
  })

  test('lets a pause have its limit also when it comes before all capture has ended', async () => {
    const { id } = await start()
    const release = locked.bench.platform.holdEnds()
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused' })
    const request = { media: ['mic' as const], maxPauseSeconds: 1 }
    const pause = locked.bench.command('api', 'track.pause', request)
    await eventually('the limit in the log', async () =>
      (await locked.bench.events()).some(({ type }) => type === 'track.pauseLimited'),
    )
    release()
    await pause
    await eventually('the warning', async () => (await overdue()).length > 0)
    assert.deepEqual(await overdue(), [['PAUSE_OVERDUE', 'mic']])
  })

  test('resumes what it has paused, though a person has paused another medium meanwhile', async () => {
    locked.lock = { pause: ['mic', 'screen'], resume: true }
    const { id } = await start()
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused' })
    await locked.bench.command('api', 'track.pause', { media: ['speaker'] })
    await assert.rejects(locked.bench.command('api', 'track.pause', { media: ['speaker'] }), {
      code: 'INVALID_STATE',
    })
    await locked.unlock()
    await locked.until(id, { mic: 'recording', screen: 'recording', speaker: 'paused' })
  })

  /** Wakes the computer up, whose microphone is not there yet. */
  async function wakeWithoutMicrophone(): Promise<string> {
    locked.lock = { pause: ['mic', 'screen'], resume: true }
    const { id } = await start()
    await new Promise<void>((ready) => locked.change({ type: 'sleeping', ready }))
    const { missing, behaviour } = locked.bench.platform
    missing.add('mic')
    behaviour.mic = 'fail'
    locked.change({ type: 'awake' })
    await locked.until(id, { screen: 'recording' })
    return id
  }

  const plugInMicrophone = (): void => {
    const { missing, behaviour } = locked.bench.platform
    behaviour.mic = 'flow'
    missing.delete('mic')
  }

  test('resumes a microphone that comes back only a while after the computer has woken up', async () => {
    const id = await wakeWithoutMicrophone()
    assert.equal((await locked.states(id)).mic, 'paused')
    plugInMicrophone()
    await locked.until(id, { mic: 'recording' })
  })

  test('does not resume it when a person wants a pause meanwhile', async () => {
    const id = await wakeWithoutMicrophone()
    await locked.bench.command('api', 'track.pause')
    plugInMicrophone()
    // A lock and its end are in order behind all that came before.
    locked.change({ type: 'locked' })
    await locked.unlock()
    assert.deepEqual(await locked.states(id), {
      mic: 'paused',
      speaker: 'paused',
      screen: 'paused',
    })
  })

  test('lets nobody resume what it keeps paused, and says why and what to do', async () => {
    const { id } = await start()
    await locked.bench.command('api', 'track.pause', { media: ['speaker'] })
    locked.change({ type: 'locked' })
    await locked.until(id, { mic: 'paused', screen: 'paused' })
    const captured = locked.bench.platform.capturedMedia
    const resume = locked.bench.command('api', 'track.resume', { media: ['speaker', 'mic'] })
    await assert.rejects(resume, {
      code: 'INVALID_STATE',
      message:
        'The mic stays paused while the screen is locked. Unlock it, then resume. Nothing was changed.',
    })
    assert.deepEqual(locked.bench.platform.capturedMedia, captured)
    // A resume of all is about what can be resumed now.
    assert.equal((await locked.bench.command('api', 'track.resume')).tracks.mic?.state, 'paused')
    await locked.until(id, { speaker: 'recording' })
    await assert.rejects(locked.bench.command('api', 'track.resume'), { code: 'INVALID_STATE' })
    const replay = new Replay(id)
    replay.append(await locked.bench.events())
    const refusals = replay.events.flatMap((_, index) => replay.stateAfter(index + 1).refusal ?? [])
    assert.deepEqual(
      refusals.map(({ machine, code }) => [machine, code]),
      [
        [null, 'INVALID_STATE'],
        [null, 'INVALID_STATE'],
      ],
      'no machine has refused it',
    )
    await locked.unlock()
    await locked.bench.command('api', 'track.resume')
    await locked.until(id, { mic: 'recording', screen: 'recording' })
  })

  test('lets the computer sleep when the pause is on disk, and stays paused while it is locked', async () => {
    locked.lock = { pause: ['mic', 'screen'], resume: true }
    const { id } = await start()
    const ready = await new Promise<Record<Medium, string>>((resolve) =>
      locked.change({ type: 'sleeping', ready: () => void locked.states(id).then(resolve) }),
    )
    assert.deepEqual([ready.mic, ready.screen], ['paused', 'paused'])
    locked.change({ type: 'locked' })
    locked.change({ type: 'awake' })
    locked.change({ type: 'unlocked' })
    await locked.until(id, { mic: 'recording', screen: 'recording' })
    const { tracks } = await locked.bench.recorder.recording(id, 'api')
    assert.equal(tracks.mic?.gaps.at(-1)?.reason, 'suspended')
  })

  test('lets the computer sleep only after the pause, although it was held then', async () => {
    const { id } = await start()
    let mic: string | undefined
    const letEnd = locked.bench.platform.holdEnds()
    const ready = (): void => void locked.states(id).then((states) => (mic = states.mic))
    locked.change({ type: 'sleeping', ready })
    holdThread(3_100)
    setTimeout(letEnd)
    await eventually('the computer may sleep', () => mic !== undefined)
    const events = await locked.bench.events()
    assert.ok(events.some(({ type }) => type === 'track.paused'))
    assert.equal(mic, 'paused')
  })
})

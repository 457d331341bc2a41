import assert from 'node:assert/strict'
import type { RecordingView } from '../../../src/contract/views.ts'
import type { CommandAnswer, EventLog } from '../../../src/store/port.ts'
import { suite } from '../../support/suite.ts'
import { History } from '../support/history.ts'
import { withDatabase, withFolder, withLog } from '../support/scratch.ts'

const ID = 'recording-1'
const KEY = { client: 'crm', key: 'k' }
const SHORT = 1_000

/** An answer as the recorder gives it: with members that are not in the log. */
const withLevel = (view: RecordingView): CommandAnswer => {
  const mic = { ...view.tracks.mic, level: { rms: -20, peak: -6 } }
  const body = { ...view, tracks: { ...view.tracks, mic }, retention: null, position: 7 }
  return { status: 200, body: { ...body, allowedCommands: ['recording.tag'] } }
}

/** Begins a recording with a device, and keeps the answer to a tag. Resolves with the answer. */
async function keep(
  log: EventLog,
  history: History,
  show: (view: RecordingView) => CommandAnswer,
): Promise<CommandAnswer> {
  const begin = [history.starting(), history.trackStarting(0, 1), history.opened(0, 1)]
  await log.append({ events: [...begin, history.started()] }).committed
  const appended = log.append({
    events: history.tagCommand(1, { customer: 'Zaphod' }),
    answers: [
      {
        idempotency: { ...KEY, fingerprint: 'f' },
        render: (view) => show(view(ID) as RecordingView),
      },
    ],
  })
  await appended.committed
  return JSON.parse(JSON.stringify(appended.answers[0]))
}

/** The lengths of kept answers on disk. */
const lengths = (folder: string): Promise<number[]> =>
  withDatabase(folder, async (db) =>
    (await db.values({ gte: 'answer/', lt: 'answer0' }).all()).map((value) => value.length),
  )

suite('the recording in a kept answer', (test) => {
  test('is as it was, whatever came after it', () =>
    withFolder(async (folder) => {
      const history = new History(ID)
      let given: CommandAnswer | undefined
      await withLog(folder, async (log) => {
        given = await keep(log, history, withLevel)
        assert.deepEqual((await log.answer(KEY))?.answer, given)
        const later = Array.from({ length: 700 }, (_, i) => history.tagged(2, { customer: i }))
        await log.append({ events: later }).committed
        assert.deepEqual((await log.answer(KEY))?.answer, given)
      })
      await withLog(folder, async (log) => {
        assert.deepEqual((await log.answer(KEY))?.answer, given, 'after a restart')
        await log.append({ events: [history.wrapUp(3), history.closed(4)] }).committed
        assert.deepEqual((await log.answer(KEY))?.answer, given, 'after the end')
      })
    }))

  test('is read from the log, so that keeping the answer writes next to nothing', () =>
    withFolder(async (folder) => {
      await withLog(folder, async (log) => void (await keep(log, new History(ID), withLevel)))
      const [length = Number.NaN] = await lengths(folder)
      assert.ok(length < SHORT, `${length} characters`)
    }))

  test('is kept whole where the answer shows it otherwise than the log', () =>
    withFolder(async (folder) => {
      const ended = (view: RecordingView): CommandAnswer => {
        const { mic } = view.tracks
        const tracks = { ...view.tracks, mic: { ...mic, state: 'stopped' } }
        return { status: 200, body: { ...view, tracks } }
      }
      const history = new History(ID)
      await withLog(folder, async (log) => {
        const given = await keep(log, history, ended)
        await log.append({ events: [history.tagged(2, { customer: 'Ford' })] }).committed
        assert.deepEqual((await log.answer(KEY))?.answer, given)
      })
      const [length = Number.NaN] = await lengths(folder)
      assert.ok(length > SHORT, `${length} characters`)
    }))
})

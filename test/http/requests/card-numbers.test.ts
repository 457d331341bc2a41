import assert from 'node:assert/strict'
import { CARD_NUMBER_DETAIL } from '../../../src/contract/card-number.ts'
import type { RequestError } from '../../../src/contract/errors.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { toProblem } from '../support/expect.ts'

const CARD = '4111 1111 1111 1111'
const BARE = CARD.replaceAll(' ', '')
const KEY = { 'Idempotency-Key': 'card' }

suite('card numbers in requests', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon({ logLevel: 'trace' })
  })
  test.after(() => daemon.close())

  /** Sends a body that must be refused, and returns the pointers to its faults. */
  async function refused(path: string, body: unknown): Promise<string[]> {
    const answer = await daemon.post(path, body, KEY)
    const text = await answer.clone().text()
    assert.ok(!text.includes(BARE) && !text.includes(CARD), 'the answer does not repeat it')
    const { errors } = (await toProblem(answer, 'INVALID_REQUEST')) as { errors: RequestError[] }
    for (const { detail } of errors) assert.equal(detail, CARD_NUMBER_DETAIL)
    return errors.map(({ pointer }) => pointer)
  }

  test('a card number is refused wherever a person may have put it, with its place', async () => {
    const tags = { 'a.b': CARD, n: Number(BARE), note: `card ${CARD}!`, fine: 'order 4711', ok: 7 }
    assert.deepEqual(await refused('/v1/recordings/current/tags', { tags }), [
      '/tags/a.b',
      '/tags/n',
      '/tags/note',
    ])
    assert.deepEqual(await refused('/v1/recordings', { tags: { n: BARE } }), ['/tags/n'])
    assert.deepEqual(daemon.recorder.commands, [], 'the recorder gets none of it')
  })

  test('a card number as the name of a tag is not repeated, either', async () => {
    const tags = { [`c${BARE}`]: true }
    assert.deepEqual(await refused('/v1/recordings/current/tags', { tags }), ['/tags'])
  })

  test('nothing of a card number is logged', () => {
    assert.ok(daemon.logLines.length > 0)
    assert.ok(!daemon.logLines.some((line) => line.includes(BARE) || line.includes(CARD)))
  })

  test('the same key is free for the request without the card number', async () => {
    const answer = await daemon.post('/v1/recordings/current/tags', { tags: { n: 1 } }, KEY)
    assert.equal(answer.status, 200)
  })

  test('the id of a device may be any number', async () => {
    assert.equal((await daemon.post('/v1/recordings', { devices: { mic: BARE } })).status, 201)
  })

  test('a configuration can allow card numbers', async () => {
    const allowing = await startDaemon({ config: { tags: { allowCardNumbers: true } } })
    try {
      const answer = await allowing.post('/v1/recordings/current/tags', { tags: { n: CARD } })
      assert.equal(answer.status, 200)
    } finally {
      await allowing.close()
    }
  })
})

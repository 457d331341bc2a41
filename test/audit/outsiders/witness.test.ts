import assert from 'node:assert/strict'
import { Outsiders, type OutsiderTimes } from '../../../src/audit/outsiders/outsiders.ts'
import type { CosignatureKeeper } from '../../../src/audit/outsiders/port.ts'
import type { OutsiderProblem, OutsiderView } from '../../../src/contract/outsiders.ts'
import { openCheckpoint } from '../../../src/tlog/checkpoint.ts'
import { cosign } from '../../../src/tlog/cosignature.ts'
import { createSigner } from '../../../src/tlog/keys.ts'
import { parseNote } from '../../../src/tlog/note.ts'
import { signatureLine } from '../../../src/tlog/note-signature.ts'
import { latch } from '../../support/latch.ts'
import { eventually, suite } from '../../support/suite.ts'
import { GrowingLog, LOG } from './support/growing-log.ts'
import { SECONDS, SmallWitness } from './support/small-witness.ts'

const TIMES: OutsiderTimes = {
  witnessPeriodMs: 0,
  timestampPeriodMs: 0,
  limitMs: 5_000,
  pauses: { firstMs: 5, longestMs: 40 },
}
const AT = new Date(SECONDS * 1_000).toISOString()

/** Cosignatures in memory. */
class Kept implements CosignatureKeeper {
  readonly lines: [number, string][] = []
  isFull = false
  remembered: number | null = null

  async keep(size: number, line: string): Promise<void> {
    if (this.isFull) throw new Error('the disk is full')
    this.lines.push([size, line])
  }

  async newest() {
    return this.remembered === null ? null : { size: this.remembered, at: AT }
  }
}

suite('witnesses outside this computer', (test) => {
  let witness: SmallWitness
  let kept: Kept
  let outsiders: Outsiders
  const logged: string[] = []
  let time = 0
  const log = (level: string) => (_: object, message: string) => void logged.push(level + message)
  const logger = { debug: log('d '), info: log('i '), warn: log('w '), error: log('e ') }

  const begin = (source: GrowingLog, times: Partial<OutsiderTimes> = {}): void => {
    outsiders = new Outsiders({
      ...{ source, cosignatures: kept, logger, now: () => time++, times: { ...TIMES, ...times } },
      timestamps: { keep: async () => {}, newest: async () => null },
    })
    outsiders.configure({ witnesses: [witness.setting], timestampUrl: null })
  }
  const view = (): OutsiderView => outsiders.views()[0]!
  const confirms = (size: number) =>
    eventually(`it confirms ${size}`, () => view().confirmed?.size === size && !view().problem)
  const fails = async (code: OutsiderProblem, message: RegExp): Promise<void> => {
    await eventually(`${code}`, () => view().problem?.code === code)
    assert.match(view().problem!.message, message)
    assert.match(view().problem!.message, /^[A-Z].*\.$/)
  }

  test.beforeEach(async () => {
    witness = await SmallWitness.begin()
    kept = new Kept()
    logged.length = 0
  })
  test.afterEach(async () => {
    await outsiders.close()
    witness.close()
  })

  test('the first checkpoint is cosigned, and the cosignature is kept', async () => {
    const source = new GrowingLog(0)
    begin(source)
    assert.deepEqual([view().confirmed, view().problem], [null, null])
    source.grow(5)
    outsiders.notify()
    await confirms(5)
    const { url } = witness.setting
    assert.deepEqual(view(), {
      ...{ kind: 'witness', name: 'witness.example', url },
      confirmed: { size: 5, at: AT },
      problem: null,
    })
    const [[size, line]] = kept.lines as [[number, string]]
    assert.equal(size, 5)
    const known = [witness.signer.verifier]
    const opened = openCheckpoint(source.checkpointAt(5).note + line, LOG, known)
    assert.equal(opened.cosignatures[0]!.seconds, SECONDS)
  })

  test('the log grows: each checkpoint comes with the proof since the one before', async () => {
    const source = new GrowingLog(1)
    begin(source)
    await confirms(1)
    for (const size of [2, 7, 8, 300]) {
      source.grow(size)
      outsiders.notify()
      await confirms(size)
    }
    outsiders.notify()
    assert.deepEqual(witness.requests, [
      ...[
        [0, 1, 200],
        [1, 2, 200],
        [2, 7, 200],
        [7, 8, 200],
      ],
      [8, 300, 200],
    ])
    assert.deepEqual(
      kept.lines.map(([size]) => size),
      [1, 2, 7, 8, 300],
    )
  })

  test('a witness that has seen more than was remembered, or less, gets the right proof', async () => {
    const source = new GrowingLog(9)
    const { root } = { root: source.tree.roots[5]! }
    witness.seen = { size: 5, root }
    begin(source)
    await confirms(9)
    witness.seen = { size: 5, root }
    source.grow(20)
    outsiders.notify()
    await confirms(20)
    assert.deepEqual(witness.requests, [
      ...[
        [0, 9, 409],
        [5, 9, 200],
      ],
      ...[
        [9, 20, 409],
        [5, 20, 200],
      ],
    ])
  })

  test('after a restart nothing is sent again that is known to be cosigned', async () => {
    const source = new GrowingLog(9)
    witness.seen = { size: 9, root: source.tree.roots[9]! }
    kept.remembered = 9
    begin(source)
    await confirms(9)
    assert.equal(view().confirmed!.at, AT)
    source.grow(10)
    outsiders.notify()
    await confirms(10)
    assert.deepEqual(witness.requests, [[9, 10, 200]])
  })

  test('a log that was rolled back is an alarm, until it is the right log again', async () => {
    const source = new GrowingLog(12)
    witness.seen = { size: 30, root: new GrowingLog(30).tree.roots[30]! }
    begin(source)
    await fails('contradicted', /It has seen 30 records of this log, but there are only 12/)
    assert.ok(logged.some((line) => line.startsWith('e ')))
    assert.deepEqual(kept.lines, [])
    source.grow(31)
    await confirms(31)
  })

  test('a log that was rolled back and grows to the size that was confirmed is still an alarm', async () => {
    const source = new GrowingLog(12)
    const truth = new GrowingLog(30, 'truth')
    kept.remembered = 30
    witness.seen = { size: 30, root: truth.tree.roots[30]! }
    begin(source)
    await fails('contradicted', /It has seen 30 records of this log, but there are only 12/)
    const before = witness.requests.length
    source.grow(30)
    await eventually('it is asked all the same', () => witness.requests.length > before)
    await fails('contradicted', /./)
  })

  test('another log with the same key is an alarm', async () => {
    const source = new GrowingLog(12)
    const other = new GrowingLog(10, 'other')
    for (const size of [10, 12]) {
      other.grow(size)
      witness.seen = { size, root: other.tree.roots[size]! }
      begin(source)
      await fails('contradicted', /does not continue what it has seen/)
      await outsiders.close()
    }
    assert.deepEqual(kept.lines, [])
  })

  test('a witness that is down is asked after growing pauses, and gets the newest', async () => {
    const source = new GrowingLog(3)
    witness.isDown = true
    begin(source, { pauses: { firstMs: 20, longestMs: 40 } })
    await fails('unreachable', /cannot be reached/)
    const { since } = view().problem!
    await eventually('fourteen attempts, none after a long pause', () => {
      // It does not shorten a pause.
      outsiders.notify()
      return witness.cutOffAt.length >= 14
    })
    const pauses = witness.cutOffAt.slice(1, 5).map((at, i) => at - witness.cutOffAt[i]!)
    for (const [i, least] of [20, 40, 40, 40].entries())
      assert.ok(pauses[i]! > least - 5, `pauses: ${pauses}`)
    assert.equal(view().problem!.since, since)
    assert.equal(logged.filter((line) => line.startsWith('w ')).length, 1)
    source.grow(6)
    witness.isDown = false
    await confirms(6)
    assert.deepEqual(witness.requests, [[0, 6, 200]])
    assert.equal(logged.filter((line) => line.startsWith('i ')).length, 1)
  })

  test('a cosignature of another key counts for nothing', async () => {
    const source = new GrowingLog(3)
    witness.signsWith = createSigner('cosignature', 'witness.example', Buffer.alloc(32, 9))
    begin(source)
    await fails('invalidAnswer', /no cosignature of the key that config.json names/)
    // The id says that it is the right key, and it is not.
    const { name, id } = witness.signer.verifier
    const { sign, verifier } = witness.signsWith
    witness.signsWith = { sign, verifier: { ...verifier, name, id } }
    await eventually('wrong signature', () => /signature .* is wrong/.test(view().problem!.message))
    assert.deepEqual(kept.lines, [])
    // Beside others, the right one is found.
    const { text } = parseNote(source.checkpointAt(3).note)
    const stranger = createSigner('cosignature', 'stranger.example', Buffer.alloc(32, 9))
    witness.otherLines = signatureLine(cosign(text, stranger, 1))
    witness.signsWith = witness.signer
    await confirms(3)
    assert.equal(kept.lines.length, 1)
    assert.match(kept.lines[0]![1], /^— witness\.example \S+\n$/)
  })

  test('a slow witness gets one request at a time, and nobody waits for it', async () => {
    const source = new GrowingLog(3)
    const answered = latch()
    witness.held = answered.opened
    const asked = latch()
    witness.onRequest = asked.open
    begin(source)
    await asked.opened
    for (let size = 4; size < 50; size++) {
      source.grow(size)
      outsiders.notify()
    }
    assert.equal(view().confirmed, null)
    answered.open()
    await confirms(49)
    assert.equal(witness.mostTogether, 1)
    assert.deepEqual(witness.requests, [
      [0, 3, 200],
      [3, 49, 200],
    ])
  })

  test('a witness that does not answer in time is given up, and so it is at the end', async () => {
    witness.held = new Promise(() => {})
    begin(new GrowingLog(3), { limitMs: 100 })
    await fails('unreachable', /did not answer within 0.1 s/)
    await outsiders.close()
    const asked = latch()
    witness.onRequest = asked.open
    begin(new GrowingLog(3))
    await asked.opened
    await outsiders.close()
    outsiders.notify()
    assert.equal(view().problem, null)
    await eventually('both are given up', () => witness.abandoned === 2)
  })

  test('a cosignature that cannot be kept is fetched again', async () => {
    kept.isFull = true
    begin(new GrowingLog(3))
    await fails('local', /cosignature could not be kept/)
    kept.isFull = false
    await confirms(3)
    assert.deepEqual(
      kept.lines.map(([size]) => size),
      [3],
    )
    assert.deepEqual(witness.requests[0], [0, 3, 200])
    assert.deepEqual(witness.requests.at(-1), [3, 3, 200])
  })

  test('every other answer is a problem in words', async () => {
    const type = 'text/x.tlog.size'
    begin(new GrowingLog(3))
    await confirms(3)
    for (const [dictated, code, message] of [
      [{ status: 403 }, 'refused', /does not trust the key of this log/],
      [{ status: 404 }, 'refused', /does not know this log/],
      [{ status: 400 }, 'refused', /status 400/],
      [{ status: 301, location: '/w/other' }, 'refused', /status 301/],
      [{ status: 429 }, 'unreachable', /status 429/],
      [{ status: 503 }, 'unreachable', /status 503/],
      [{ status: 200, body: '' }, 'invalidAnswer', /no cosignature/],
      [{ status: 200, body: 'x'.repeat(300_000) }, 'invalidAnswer', /more than/],
      [{ status: 409, body: '3\n' }, 'invalidAnswer', /how much/],
      [{ status: 409, body: '03\n', type }, 'invalidAnswer', /how much/],
      [{ status: 409, body: '3\n', type }, 'invalidAnswer', /another size than it has seen/],
    ] as const) {
      await outsiders.close()
      witness.dictated = dictated
      begin(new GrowingLog(4))
      await fails(code, message)
    }
    witness.dictated = undefined
    await confirms(4)
  })

  test('settings that change begin and end witnesses, and leave the others alone', async () => {
    const source = new GrowingLog(3)
    begin(source, { limitMs: 600_000 })
    await confirms(3)
    const other = await SmallWitness.begin()
    try {
      // The same key at another address is another witness.
      const witnesses = [other.setting, witness.setting]
      outsiders.configure({ witnesses, timestampUrl: null })
      await eventually('both', () => outsiders.views().every(({ confirmed }) => confirmed !== null))
      assert.deepEqual([other.requests.length, witness.requests.length], [1, 1])
      // What is under way with a witness that is removed is given up.
      witness.held = new Promise(() => {})
      const asked = latch()
      witness.onRequest = asked.open
      source.grow(4)
      outsiders.notify()
      await asked.opened
      outsiders.configure({ witnesses: [other.setting], timestampUrl: null })
      await eventually('it is given up', () => witness.abandoned === 1)
      source.grow(5)
      outsiders.notify()
      await confirms(5)
      assert.equal(witness.requests.length, 1)
    } finally {
      other.close()
    }
  })
})

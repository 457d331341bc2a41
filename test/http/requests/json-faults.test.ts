import assert from 'node:assert/strict'
import fc from 'fast-check'
import { findJsonFaults } from '../../../src/contract/json-faults.ts'
import { referenceToken } from '../../../src/contract/json-pointer.ts'
import { suite } from '../../support/suite.ts'
import { type Daemon, startDaemon } from '../support/daemon.ts'
import { pointersOf, toProblem } from '../support/expect.ts'

/** A JSON value as it is written, which JSON.parse does not show. */
type Written = { text: string } | { items: Written[] } | { members: [name: string, Written][] }

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'A', '', '__proto__', 'constructor', '~/', '"', '\\', 'é', '\u2028'),
  fc.string({ unit: 'binary', maxLength: 4 }),
)
const digits = fc.oneof(
  fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }).map(String),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  fc.constantFrom('9007199254740991', '9007199254740992', '-9007199254740991', '-0'),
  fc.constantFrom('-9007199254740993', '9007199254740993.0', '9.007199254740993e15', '1E+400'),
)
const scalar = fc.oneof(
  digits,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('true', 'false', 'null', '"a\\"b"', '"\\\\"', '"{[,:9007199254740993"'),
)

const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar.map((text) => ({ text })),
    fc.array(tie('written'), { maxLength: 5 }).map((items) => ({ items })),
    fc.array(fc.tuple(name, tie('written')), { maxLength: 5 }).map((members) => ({ members })),
  ),
}))

/** Writes a name in one of its spellings. */
function spell(text: string, isEscaped: boolean): string {
  if (!isEscaped) return JSON.stringify(text)
  const codes = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
  return `"${codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}"`
}

function write(value: Written, seed: number): string {
  const gap = [' ', '', '\n\t', '\r'][seed % 4]
  if ('text' in value) return `${gap}${value.text}${gap}`
  if ('items' in value) return `[${value.items.map((item) => write(item, seed + 1)).join(',')}]`
  const members = value.members.map(
    ([key, member], i) => `${gap}${spell(key, (seed + i) % 3 === 0)}${gap}:${write(member, i)}`,
  )
  return `{${members.join(',')}${gap}}`
}

function expectedFaults(value: Written, pointer = ''): string[] {
  if ('text' in value) {
    if (!/^-?\d+$/.test(value.text)) return []
    const number = BigInt(value.text)
    return number > 2n ** 53n - 1n || number < 1n - 2n ** 53n ? [pointer] : []
  }
  if ('items' in value)
    return value.items.flatMap((item, i) => expectedFaults(item, `${pointer}/${i}`))
  const names = new Set<string>()
  return value.members.flatMap(([key, member]) => {
    const at = pointer + referenceToken(key)
    const isFault = key === '__proto__' || names.has(key)
    names.add(key)
    return [...(isFault ? [at] : []), ...expectedFaults(member, at)]
  })
}

suite('faults that JSON.parse hides', (test) => {
  test('are found in every text, each with its place, and nothing else is refused', () => {
    fc.assert(
      fc.property(written, fc.nat(100), (value, seed) => {
        const text = write(value, seed)
        JSON.parse(text)
        const found = findJsonFaults(text, Number.POSITIVE_INFINITY).map(({ pointer }) => pointer)
        assert.deepEqual(found, expectedFaults(value))
      }),
      { numRuns: 700 },
    )
  })

  test('are not found in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const safe = JSON.stringify(JSON.parse(text), (_, value) =>
          typeof value === 'number' ? value % 1e15 : value,
        )
        assert.deepEqual(findJsonFaults(safe.replaceAll('__proto__', '_proto_'), 1), [])
      }),
    )
  })

  test('are found in linear time, however deep and long the text is', () => {
    const length = 600_000
    const worst = [
      '['.repeat(length / 2) + ']'.repeat(length / 2),
      `${'{"a":'.repeat(length / 6)}1${'}'.repeat(length / 6)}`,
      `{${Array.from({ length: length / 10 }, (_, i) => `"k${i}":1`).join(',')}}`,
      `[${'1'.repeat(length)}]`,
      `"${'\\\\'.repeat(length / 2)}"`,
      `{"a":1${',"a":1'.repeat(length / 6)}}`,
    ]
    for (const [i, text] of worst.entries()) {
      JSON.parse(text)
      const begun = performance.now()
      findJsonFaults(text, 32)
      // If the time grew with the square of the length, it would be minutes.
      assert.ok(performance.now() - begun < 5_000, `text ${i}`)
    }
  })
})

suite('a body with such faults', (test) => {
  let daemon: Daemon
  test.before(async () => {
    daemon = await startDaemon()
  })
  test.after(() => daemon.close())
  const tag = (tags: string) => daemon.post('/v1/recordings/current/tags', `{"tags":${tags}}`)

  test('changes nothing, and every fault is reported with its place', async () => {
    const cases: [tags: string, pointers: string[]][] = [
      ['{"account":9007199254740993}', ['/tags/account']],
      ['{"account":-9007199254740992}', ['/tags/account']],
      ['{"a":1,"a":2}', ['/tags/a']],
      ['{"a":1,"\\u0061":1}', ['/tags/a']],
      ['{"a":1},"tags":{"b":2}', ['/tags']],
      ['{"a":1,"a":12345678901234567890}', ['/tags/a', '/tags/a']],
      ['{"x/y":{"~":[0,99999999999999999]}}', ['/tags/x~1y/~0/1']],
    ]
    for (const [tags, pointers] of cases)
      assert.deepEqual(await pointersOf(await tag(tags)), pointers, tags)
    const search = await daemon.post('/v1/recordings/search', '{"tags":{"n":9007199254740993}}')
    assert.deepEqual(await pointersOf(search), ['/tags/n'])
    assert.equal(daemon.recorder.commands.length, 0)
    assert.equal(daemon.recorder.queries.length, 0)
  })

  test('gets at most 32 reports, which quote no value', async () => {
    const tags = Array.from({ length: 99 }, (_, i) => `"k${i}":123456789012345678${i}`)
    const { errors } = await toProblem(await tag(`{${tags.join(',')}}`), 'INVALID_REQUEST')
    assert.equal((errors as unknown[]).length, 32)
    assert.doesNotMatch(JSON.stringify(errors), /123456789012345678/)
  })

  test('is still not valid JSON first, if it is cut off', async () => {
    for (const body of ['{"tags":{"a":1,"a":2', '[9007199254740993', '['.repeat(65_536)])
      await toProblem(await daemon.post('/v1/recordings', body), 'INVALID_JSON')
  })

  test('is unlike numbers that keep their value, or have a fraction or an exponent', async () => {
    const tags = '{"a":9007199254740991,"b":-9007199254740991,"c":0.1234567890123456789,"d":1e22}'
    assert.equal((await tag(tags)).status, 200)
    assert.deepEqual(daemon.recorder.commands.at(-1)?.request, {
      tags: { a: 9007199254740991, b: -9007199254740991, c: 0.12345678901234568, d: 1e22 },
    })
  })
})

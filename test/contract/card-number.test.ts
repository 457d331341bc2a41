import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { holdsCardNumber } from '../../src/contract/card-number.ts'
import { suite } from '../support/suite.ts'

/** Numbers that schemes and payment services publish for tests. */
const TEST_CARDS = [
  '4111111111111111',
  '4012888888881881',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '30569309025904',
  '6011111111111117',
  '3530111333300000',
  '6205500000000000004',
  '6759649826438453',
  '5500005555555559',
  '2223000048400011',
  '6304000000000000',
]

/** Texts in which nothing is a card, although many digits stand together. */
const NO_CARDS = [
  'DE89370400440532013000',
  'DE89 3704 0044 0532 0130 00',
  'BE68 5390 0754 7034 EUR',
  'Pay to GB29NWBK60161331926819, ref 7',
  'DK50 0040 0440 1162 43',
  '+4917123456789',
  'call +49 171 2345678 or 030 1234567, 0171 7654321',
  '0049 171 234 567 89',
  'order 4500012345',
  'order no. 2024-11-28-000417',
  '2026-11-28T21:25:16.123Z',
  '2026-11-28 21:25:16 to 2026-11-28 22:25:16',
  'at 1764365116009',
  '550e8400-e29b-41d4-a716-446655440000',
  'a4111111-1111-1111-1111-111111111111',
  'article 4006381333931',
  'ISBN 978-3-16-148410-0',
  '192.168.100.200:8080, 10.0.0.1',
  '12.345.678.901.234',
  '4111 1111',
  '4111111111111112',
  '0000000000000000',
  '20261128201530',
  'order 1234567890123',
  '+4111 1111 1111 1111',
  'GB29 3700 0000 0000 002',
  'orders 7 41 1111111 1111111 9',
  'x'.repeat(4096),
  '7 '.repeat(2048),
]

suite('card numbers', (test) => {
  test('the number of a card is found, however it is written', () => {
    for (const card of TEST_CARDS) {
      const grouped = card.replace(/(\d{4})(?=\d)/g, '$1 ')
      assert.ok(holdsCardNumber(card), card)
      assert.ok(holdsCardNumber(grouped), grouped)
      assert.ok(holdsCardNumber(grouped.replaceAll(' ', '-')), card)
      assert.ok(holdsCardNumber(grouped.replaceAll(' ', '\u00a0– ')), card)
      assert.ok(holdsCardNumber(` ${grouped} `), card)
    }
    const wide = [...'4111111111111111'].map((digit) =>
      String.fromCodePoint(0xff10 + Number(digit)),
    )
    assert.ok(holdsCardNumber(wide.join('')), 'digits of full width')
    assert.ok(holdsCardNumber('4111\u200b1111\u200b1111\u200b1111'), 'spaces without width')
  })

  test('the number of a card is found among other words', () => {
    for (const card of TEST_CARDS) {
      assert.ok(holdsCardNumber(`card ${card}, valid 12/27`), card)
      assert.ok(holdsCardNumber(`PAN:${card}`), card)
      assert.ok(holdsCardNumber(`cc${card}x`), card)
    }
    assert.ok(holdsCardNumber('order 4711: 4111 1111 1111 1111'))
    assert.ok(holdsCardNumber('order 4711 4111 1111 1111 1111 123'), 'between other numbers')
    assert.ok(holdsCardNumber('4111 1111 1111 1111 12/29'))
    assert.ok(holdsCardNumber('4111111111111111 5500005555555559'))
    assert.ok(holdsCardNumber('amex 3782-822463-10005'))
    assert.ok(holdsCardNumber('DE89 3704 0044 0532 0130 00 and 5555 5555 5555 4444'))
  })

  test('a number tag can be the number of a card, too', () => {
    assert.ok(holdsCardNumber(4111111111111111))
    assert.ok(holdsCardNumber(-4111111111111111))
    assert.ok(!holdsCardNumber(4111111111111112))
    assert.ok(!holdsCardNumber(0.4111111111111111))
    for (const value of [true, false, 4711, 1e300, 0, Number.NaN, null, undefined])
      assert.ok(!holdsCardNumber(value), String(value))
  })

  test('every number of 13 to 19 digits with the right check digit is one', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 12, maxLength: 18 })
    fc.assert(
      fc.property(digits, (body) => {
        fc.pre(body.some((digit) => digit > 0))
        const valid = [...Array(10).keys()].filter((last) =>
          holdsCardNumber([...body, last].join('')),
        )
        assert.equal(valid.length, 1, 'exactly one check digit is right')
      }),
    )
    assert.ok(!holdsCardNumber('411111111111'), '12 digits')
    assert.ok(!holdsCardNumber('41111111111111111113'), '20 digits')
  })

  test('IBANs, telephone numbers, orders, times and identifiers are no cards', () => {
    for (const text of NO_CARDS) assert.ok(!holdsCardNumber(text), text)
  })

  test('a long text is searched in no time, whatever it is made of', () => {
    const parts = [
      '4',
      '4 ',
      'DE11',
      'DE11 AAAA ',
      'AA11A',
      '41 ',
      '4111-',
      '5 5  5',
      '-',
      '\u200b',
    ]
    const started = process.hrtime.bigint()
    for (const part of parts) holdsCardNumber(part.repeat(4096).slice(0, 4096))
    const ms = Number(process.hrtime.bigint() - started) / 1e6
    assert.ok(ms < 500, `${ms} ms for ${parts.length} texts`)
  })
})

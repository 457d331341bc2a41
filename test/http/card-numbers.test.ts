import assert from 'node:assert/strict'
import { hasCardNumber } from '../../src/contract/card-number.ts'
import { RecorderError } from '../../src/contract/errors.ts'
import { refuseCardNumbers } from '../../src/http/card-numbers.ts'
import { suite } from '../support/suite.ts'

/** Numbers that the networks publish for tests. */
const CARDS = [
  '4111111111111111',
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
  '4111\u00a01111\u20131111 1111',
  '４１１１１１１１１１１１１１１１',
  '5500005555555559',
  '2223000048400011',
  '378282246310005',
  '6011111111111117',
  '3566002020360505',
  '4222222222222',
  '6304000000000000',
  ' 4111111111111111 ',
  'Visa 4111 1111 1111 1111, valid to 12/29',
  'card:4111111111111111.',
  '4111 1111 1111 1111 12/29',
  '4111111111111111 5500005555555559',
  4111111111111111,
]

const OTHERS = [
  '4111111111111112',
  '411111111111',
  '41111111111111111111',
  '0000000000000000',
  'DE89370400440532013000',
  'DE89 3704 0044 0532 0130 00',
  '+49 30 1234567',
  '2026-11-28T20:15:30.123Z',
  '20261128201530',
  'order 1234567890123',
  'a4111111111111111',
  '+4111 1111 1111 1111',
  'GB29 3700 0000 0000 002',
  'C-4711',
  '',
  42,
  true,
  1.5,
]

suite('numbers of payment cards', (test) => {
  test('are recognised however they are written, alone and among words', () => {
    for (const value of CARDS) assert.equal(hasCardNumber(value), true, String(value))
  })

  test('are not seen in what is none', () => {
    for (const value of OTHERS) assert.equal(hasCardNumber(value), false, String(value))
  })

  test('are refused with their place, and nothing of the value', () => {
    const tags = { customer: 'C-4711', 'pay/ment': '4111 1111 1111 1111', other: 4111111111111111 }
    try {
      refuseCardNumbers({ tags, note: '4111111111111111' }, false)
      assert.fail('it was not refused')
    } catch (error) {
      assert.ok(error instanceof RecorderError && error.code === 'INVALID_REQUEST')
      const errors = error.members.errors as { pointer: string }[]
      assert.deepEqual(
        errors.map(({ pointer }) => pointer),
        ['/tags/pay~1ment', '/tags/other', '/note'],
      )
      assert.doesNotMatch(JSON.stringify([error.message, error.members]), /4111/)
    }
    refuseCardNumbers({ tags }, true)
  })
})

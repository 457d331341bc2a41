import assert from 'node:assert/strict'
import { RecorderProblem } from '../../src/client/errors.ts'
import { CARD_NUMBER_DETAIL } from '../../src/contract/card-number.ts'
import { toShownProblem } from '../../src/ui/controls/shown-problem.ts'
import { de } from '../../src/ui/i18n/problems/de.ts'
import { en } from '../../src/ui/i18n/problems/en.ts'
import { suite } from '../support/suite.ts'

const shown = (...details: string[]) => {
  const errors = details.map((detail) => ({ pointer: '/tags/n', detail }))
  const body = { code: 'INVALID_REQUEST', title: 'Not valid.', detail: 'See errors.', errors }
  return toShownProblem(new RecorderProblem(body as never))
}

suite('problems as the page shows them', (test) => {
  test('a refused card number is said in the language of the page', () => {
    const problem = shown(CARD_NUMBER_DETAIL, CARD_NUMBER_DETAIL)
    assert.equal(problem?.detail, undefined, 'nothing English is left')
    for (const texts of [en, de]) assert.ok(texts[problem?.code as keyof typeof texts])
    assert.equal(problem?.code, 'CARD_NUMBER')
  })

  test('other faults of a request are all named', () => {
    const problem = shown(CARD_NUMBER_DETAIL, 'This is too long.')
    assert.equal(problem?.code, 'INVALID_REQUEST')
    assert.equal(problem?.detail, `${CARD_NUMBER_DETAIL} This is too long.`)
  })
})

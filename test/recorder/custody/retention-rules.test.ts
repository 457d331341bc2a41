import assert from 'node:assert/strict'
import type { CustodyRules } from '../../../src/contract/custody.ts'
import type { RecordingView } from '../../../src/contract/views.ts'
import { retentionOf, shortestKeepingMs } from '../../../src/recorder/custody/retention-rules.ts'
import { recordingView } from '../../http/support/stub-recorder.ts'
import { suite } from '../../support/suite.ts'

const BY = { side: 'api', client: 'crm', user: 'tester' } as const
const AT = '2026-01-01T00:00:00.000Z'
const RULES: CustodyRules['retention'] = {
  rules: [
    { name: 'short', keepDays: 10 },
    { name: 'claims', keepDays: 30, tag: { key: 'case', value: 'claim' } },
    { name: 'cases', keepDays: 20, tag: { key: 'case' } },
    { name: 'unasked', keepDays: 5, consent: 'none' },
    { name: 'agreed', keepDays: 40, consent: 'granted' },
  ],
  minDays: 0,
  maxDays: null,
}

function closed(
  over: Partial<RecordingView> = {},
  tags: RecordingView['tags'] = [],
): RecordingView {
  return { ...recordingView('recording-1'), state: 'Closed', endedAt: AT, tags, ...over }
}

const tag = (key: string, value: string | number) => [{ key, value, at: AT, by: BY }]
const consent = (state: 'granted' | 'declined') => ({
  consent: { state, method: 'spoken', at: AT, by: BY },
})

suite('rules of retention', (test) => {
  const kept = (view: RecordingView, rules: Partial<CustodyRules['retention']> = {}) => {
    const found = retentionOf(view, { ...RULES, ...rules })
    return found && [found.rule, (Date.parse(found.eraseAt) - Date.parse(AT)) / 86_400_000]
  }

  test('of several that match, the one that keeps longest wins', () => {
    assert.deepEqual(kept(closed()), ['short', 10])
    assert.deepEqual(kept(closed({}, tag('case', 'claim'))), ['claims', 30])
    assert.deepEqual(kept(closed({}, tag('case', 'advice'))), ['cases', 20])
    assert.deepEqual(kept(closed(consent('granted'), tag('case', 'claim'))), ['agreed', 40])
    assert.deepEqual(kept(closed(consent('declined'))), ['short', 10])
  })

  test('a value is compared with its type', () => {
    const rules = [{ name: 'one', keepDays: 30, tag: { key: 'branch', value: '1' } }]
    assert.deepEqual(kept(closed({}, tag('branch', '1')), { rules }), ['one', 30])
    assert.equal(kept(closed({}, tag('branch', 1)), { rules }), null)
  })

  test('the shortest keeping holds for every rule, and the longest where none matches', () => {
    assert.deepEqual(kept(closed(), { minDays: 15 }), ['short', 15])
    assert.deepEqual(kept(closed(), { rules: [], maxDays: 100 }), [null, 100])
    assert.deepEqual(kept(closed(), { maxDays: 7 }), ['short', 10])
    assert.equal(kept(closed(), { rules: [] }), null)
  })

  test('what is open, on hold or erased has no end', () => {
    assert.equal(kept(closed({ state: 'WrapUp' })), null)
    assert.equal(kept(closed({ holds: [{ id: 'h', reason: 'r', at: AT, by: BY }] })), null)
    const erased = { at: AT, by: BY, cause: 'request', reason: 'r' } as const
    assert.equal(kept(closed({ erased })), null)
  })

  test('what cannot be read is kept: the rule that keeps it longest may be a hidden one', () => {
    const view = closed({ keyMissing: true })
    assert.equal(kept(view), null)
    assert.deepEqual(kept(view, { rules: [{ name: 'short', keepDays: 10 }] }), ['short', 10])
  })

  test('nothing younger than the shortest of them is looked at', () => {
    const day = 86_400_000
    assert.equal(shortestKeepingMs(RULES), 5 * day)
    assert.equal(shortestKeepingMs({ ...RULES, minDays: 8 }), 8 * day)
    assert.equal(shortestKeepingMs({ rules: [], minDays: 8, maxDays: 90 }), 90 * day)
    assert.equal(shortestKeepingMs({ rules: [], minDays: 8, maxDays: null }), null)
  })
})

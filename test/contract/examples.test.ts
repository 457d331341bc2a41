import assert from 'node:assert/strict'
import type { ReadinessView } from '../../src/contract/views.ts'
import { RESPONSE_EXAMPLES } from '../../src/http/openapi/examples/examples.ts'
import { type Answer, startDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { connect } from './support/clients.ts'
import { playExamples } from './support/example-story.ts'

/** Examples that are no answers to a request of the story. */
const NOT_PLAYED = [
  ...['page', 'pageAsset', 'pageChart', 'pageManifest'],
  ...['readConfiguration', 'readOpenApi', 'readRetention', 'readSession', 'streamEvents'],
  ...['readKeys', 'rotateKeys'],
  ...['readCheckpoint', 'readAuditKey', 'rotateAuditKey', 'readReceipt', 'readConsistency'],
  ...['beginVerification', 'readVerification', 'listOutsiders'],
  // Who asks what of the log depends on the whole log; test/audit asks all of them.
  ...['listAuditEvents', 'reportAccesses', 'reportClientActivity', 'reportGaps'],
  ...['reportLongPauses', 'reportRefusals', 'reportUntagged'],
]

/** Members whose values differ from computer to computer, or from run to run. */
const VARYING = new Set([
  ...['user', 'label', 'bytes', 'durationMs', 'recordedMs', 'freeBytes', 'recordableSeconds'],
  ...['rmsDb', 'peakDb', 'detail', 'nextCursor', 'version', 'position'],
  ...['initBytes', 'codec', 'keyFrames', 'index', 'count', 'previousPosition'],
])

/** Texts that are made anew each time, by their form. */
const FORMS = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^[0-9a-f]{64}$/,
  /^tok_[\w-]{16}$/,
  /^f2f_[\w-]{43}$/,
  /^http:\/\/127\.0\.0\.1:\d+\/launch\/[\w-]{43}$/,
  /^(synthetic-\w+|alsa_\S+|:0)$/,
]

/** Whether a member may differ: by its name, or since it is the value of a tag of the recorder. */
function varies(name: string, parent: unknown): boolean {
  const { key } = parent as { key?: unknown }
  return (
    VARYING.has(name) ||
    name.startsWith('system.') ||
    (name === 'value' && String(key).startsWith('system.'))
  )
}

/** Removes the gap between the last media and the stop, which may be shorter than 1 ms. */
function withoutLast(gaps: unknown): unknown {
  return (gaps as { reason: string }[]).filter(({ reason }) => reason !== 'stopped')
}

/**
 * Fails unless an answer is the example: the same members, the same lengths, the same values. Only
 * what a clock, a random number or the computer decides may differ.
 */
function assertSame(example: unknown, answer: unknown, where: string): void {
  if (typeof example !== 'object' || example === null) {
    const isForm = FORMS.some((form) => form.test(String(example)) && form.test(String(answer)))
    if (!isForm) assert.deepEqual(answer, example, where)
    return
  }
  assert.equal(Array.isArray(answer), Array.isArray(example), where)
  assert.ok(typeof answer === 'object' && answer !== null, `${where}: ${answer}`)
  assert.deepEqual(Object.keys(answer).sort(), Object.keys(example).sort(), where)
  for (const [name, value] of Object.entries(example)) {
    const actual: unknown = (answer as Record<string, unknown>)[name]
    // The level is that of the moment.
    if (name === 'level') continue
    if (name === 'gaps') assertSame(withoutLast(value), withoutLast(actual), `${where}/gaps`)
    else if (varies(name, example)) assert.equal(typeof actual, typeof value, `${where}/${name}`)
    else assertSame(value, actual, `${where}/${name}`)
  }
}

suite('the examples of openapi.json', (test) => {
  test('are what the recorder answers to the requests of the examples', async () => {
    const daemon = await startDaemon()
    let answers: Map<string, Answer>
    try {
      answers = await playExamples(daemon, await connect(daemon))
    } finally {
      await daemon.stop()
    }
    const played = [...answers.keys(), ...NOT_PLAYED].sort()
    assert.deepEqual(played, Object.keys(RESPONSE_EXAMPLES).sort())
    const { checks, ...readiness } = RESPONSE_EXAMPLES.readReadiness as ReadinessView
    // A build server has no logind.
    const withoutLock = { ...readiness, checks: checks.filter(({ id }) => id !== 'lock') }
    const examples: Record<string, unknown> = {
      ...RESPONSE_EXAMPLES,
      readReadiness: withoutLock,
    }
    for (const [operation, { status, body }] of answers) {
      assert.ok(status === 200 || status === 201, `${operation}: ${JSON.stringify(body)}`)
      assertSame(examples[operation], body, operation)
    }
  })
})

import assert from 'node:assert/strict'
import { ERRORS, type ErrorCode } from '../../src/contract/errors.ts'
import { exampleProblem } from '../../src/http/openapi/error-responses.ts'
import { faultDiskProblem } from '../e2e/support/fault-disk.ts'
import { type Answer, startDaemon, type TestDaemon } from '../support/daemon.ts'
import { suite } from '../support/suite.ts'
import { type Clients, connect } from './support/clients.ts'
import { fileSizeLimitProblem } from './support/file-size-limit.ts'
import { ACCEPTED, type Bench, PROVOKED } from './support/provoked-errors.ts'

/** Answers to requests that could not be read: nothing is known of what they accept. */
const UNREAD: ErrorCode[] = ['REQUEST_TIMEOUT', 'HEADERS_TOO_LARGE']
const SKIPPED: Partial<Record<ErrorCode, string | null>> = {
  STORAGE_UNAVAILABLE: fileSizeLimitProblem(),
  STORAGE_FULL: await faultDiskProblem(),
}

suite('errors over HTTP', (test) => {
  let daemon: TestDaemon
  let clients: Clients
  let afterwards: (() => unknown)[] = []

  test.before(async () => {
    daemon = await startDaemon()
    clients = await connect(daemon)
  })
  test.after(async () => {
    await daemon.stop()
  })
  test.afterEach(async () => {
    for (const work of afterwards.reverse()) await work()
    afterwards = []
    await clients.clear()
  })

  const bench = (): Bench => ({
    ...clients,
    daemon,
    afterwards: (work) => void afterwards.push(work),
    async another(options) {
      const other = await startDaemon(options)
      afterwards.push(() => other.stop())
      return { ...(await connect(other)), daemon: other }
    },
  })

  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    test.unless(
      SKIPPED[code] ?? null,
      `${code} has its registered status, title and remedy, in the accepted type`,
      async () => {
        const ask = await PROVOKED[code](bench())
        for (const Accept of ACCEPTED) {
          const answer = await ask({ Accept })
          assert.equal(answer.body.code, code, JSON.stringify(answer.body))
          const plain =
            Accept === 'application/json' && ![...UNREAD, 'NOT_ACCEPTABLE'].includes(code)
          assert.equal(
            answer.headers.get('content-type'),
            plain ? 'application/json' : 'application/problem+json',
          )
          assertProblem(code, answer)
          assert.deepEqual(
            Object.keys(answer.body).sort(),
            Object.keys(exampleProblem(code)).sort(),
            'the example in openapi.json has the same members',
          )
          assertTellsNothingInside(answer)
        }
      },
      { limitMs: 40_000 },
    )
  }

  function assertTellsNothingInside({ body }: Answer): void {
    const text = JSON.stringify(body)
    for (const secret of [daemon.token, 'f2f-home-', 'node:', '.js:', 'ENO', 'Bearer '])
      assert.ok(
        !text.includes(secret) || (secret === 'Bearer ' && body.code === 'UNAUTHENTICATED'),
        `${secret} in ${text}`,
      )
  }
})

/** A start has no recording yet, nor has what is under way, and a token has none at all. */
const WITHOUT_RECORDING: ErrorCode[] = ['CONSENT_REQUIRED', 'IN_FLIGHT', 'TOKEN_NAME_TAKEN']

function assertProblem(code: ErrorCode, { status, headers, body }: Answer): void {
  const [registered, title, remedy] = ERRORS[code]
  assert.equal(status, registered)
  assert.deepEqual([body.status, body.title, body.remedy], [registered, title, remedy])
  assert.equal(body.type, `urn:f2f:error:${code}`)
  assert.ok(typeof body.detail === 'string' && body.detail.length > 0)
  assert.equal(headers.has('x-request-id'), !UNREAD.includes(code))
  if (status === 400) {
    assert.ok(body.errors.length > 0)
    for (const { pointer, detail } of body.errors)
      assert.ok(/^(\/.*)?$/.test(pointer) && detail.length > 0)
  }
  if (status === 409 && !WITHOUT_RECORDING.includes(code)) {
    assert.match(body.recordingId, /^[0-9A-Za-z_-]{8,64}$/)
    assert.equal(typeof body.state, 'string')
    assert.ok(Array.isArray(body.allowedCommands))
  }
  if (code.startsWith('CONTROL_HELD'))
    assert.equal(body.holder.side, code.endsWith('API') ? 'api' : 'ui')
  if (['IN_FLIGHT', 'NOT_READY', 'RATE_LIMITED'].includes(code))
    assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  if (status === 401) assert.match(headers.get('www-authenticate') ?? '', /^Bearer/)
  if (status === 405) assert.match(headers.get('allow') ?? '', /\bGET\b.*\bPOST\b/)
}

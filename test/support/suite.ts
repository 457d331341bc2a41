import { suite as uvuSuite } from 'uvu'
import { afterLimit, slowness } from './machine.ts'
import { staticFfmpeg } from './static-ffmpeg.ts'

// No test uses the key store of the person who runs it.
process.env.F2F_KEY_STORE ??= 'file'
// What records a test picture is no test of ffmpeg, and starting it was a quarter of all tests.
if (staticFfmpeg !== undefined) process.env.F2F_LAB_SYNTHETIC_FFMPEG ??= staticFfmpeg

/** A slow machine prolongs a test's limit by this factor at most: a test that hangs must end. */
const MOST_PATIENCE = 3

type Body = () => void | Promise<void>

/**
 * Defines one test. `limitMs` is its time limit (default 60 s, for the machine may be busy): uvu
 * itself has none.
 */
export interface Test {
  (name: string, body: Body, options?: { limitMs?: number }): void
  /** Runs the test unless there is a reason not to, which is then reported and counted. */
  unless(reason: string | null, name: string, body: Body, options?: { limitMs?: number }): void
  before(body: Body): void
  after(body: Body): void
  beforeEach(body: Body): void
  afterEach(body: Body): void
}

function limited(what: string, body: Body, limitMs: number): Body {
  return async () => {
    let cancel = () => {}
    const limit = new Promise<never>((_, reject) => {
      const giveUp = () => reject(new Error(`${what}: not done after ${limitMs} ms`))
      cancel = afterLimit(limitMs, giveUp, MOST_PATIENCE)
    })
    try {
      await Promise.race([body(), limit])
    } finally {
      cancel()
    }
  }
}

/** A hook whose error is printed: uvu ends the suite at one without a word. */
function told(what: string, body: Body): Body {
  const run = limited(what, body, 60_000)
  return async () => {
    try {
      await run()
    } catch (error) {
      console.log(`The hook “${what}” failed:`, error)
      throw error
    }
  }
}

/**
 * A suite of tests that always runs (uvu skips a suite whose `.run()` was forgotten) and must not
 * be empty.
 */
export function suite(name: string, define: (test: Test) => void): void {
  const inner = uvuSuite(name)
  let count = 0
  const test = ((testName, body, options) => {
    count++
    inner(testName, limited(testName, body, options?.limitMs ?? 60_000))
  }) as Test
  test.unless = (reason, testName, body, options) => {
    if (reason === null) return test(testName, body, options)
    count++
    console.log(`SKIPPED ${name} › ${testName}: ${reason}`)
    inner.skip(testName, body)
  }
  test.before = (body) => inner.before(told('before', body))
  test.after = (body) => inner.after(told('after', body))
  test.beforeEach = (body) => inner.before.each(told('before each', body))
  test.afterEach = (body) => inner.after.each(told('after each', body))
  define(test)
  if (count === 0) throw new Error(`suite ${name} has no tests`)
  inner.run()
}

/**
 * Waits until `probe` returns something other than undefined or false. Throws after `limitMs`, or
 * later on a machine that is slower than an idle one. For conditions that no event announces.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 5_000,
): Promise<T> {
  const begun = performance.now()
  for (;;) {
    const value = await probe()
    if (value !== undefined && value !== false) return value
    const waited = performance.now() - begun
    if (waited > limitMs && waited > limitMs * slowness(waited))
      throw new Error(`${what}: not so after ${Math.round(waited)} ms`)
    // What takes long is asked less often: a probe is often a request to a daemon.
    await new Promise((resolve) => setTimeout(resolve, Math.min(100, 10 + waited / 20)))
  }
}

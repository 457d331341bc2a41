/**
 * Runs the crash loop of test/e2e with many more kills, under the load of eight clients, and a new
 * seed each time, which it prints.
 */
process.env.F2F_CRASH_ROUNDS ??= '50'
process.env.F2F_CRASH_LOAD ??= '8'
process.env.F2F_CRASH_SEED ??= String(Date.now() % 1_000_000_000)
await import('../test/e2e/crash.test.ts')

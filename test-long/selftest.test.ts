/** Runs the self-test of test/e2e after 50 pauses. */
process.env.F2F_PAUSES ??= '50'
await import('../test/e2e/selftest.test.ts')

/** Runs the proof of pauses of test/e2e over 50 pauses. */
process.env.F2F_PAUSES ??= '50'
await import('../test/e2e/pause-proof.test.ts')

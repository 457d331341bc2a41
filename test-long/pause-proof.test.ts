/** The proof of a pause of test/e2e, over 50 of them. */
process.env.F2F_PAUSES ??= '50'
await import('../test/e2e/pause-proof.test.ts')

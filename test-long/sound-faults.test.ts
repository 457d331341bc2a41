/** Runs sound-faults of test/e2e with every combination. */
process.env.F2F_ALL_FAULTS = '1'
await import('../test/e2e/sound-faults.test.ts')
await import('../test/e2e/sound-conditions.test.ts')
await import('../test/e2e/sound-server-in-pause.test.ts')

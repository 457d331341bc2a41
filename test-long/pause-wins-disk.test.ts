/** Runs pause-wins-disk of test/e2e with every combination. */
process.env.F2F_ALL_FAULTS = '1'
await import('../test/e2e/pause-wins-disk.test.ts')

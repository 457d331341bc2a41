/** Runs the faults of fsync of test/recorder with far more sequences and a new seed each time. */
process.env.F2F_FSYNC_RUNS ??= '2000'
process.env.F2F_FSYNC_JOBS ??= '4'
process.env.F2F_FSYNC_SEED ??= String(Date.now() % 1_000_000_000)
await import('../test/recorder/facts/fsync-faults.test.ts')

/** Flips 200 bits of a log's files, one at a time, with a new seed each time, which it prints. */
process.env.F2F_CORRUPTIONS ??= '200'
await import('../test/store/opening/corruption.test.ts')

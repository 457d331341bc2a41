/** Changes a signed home 10,000 times, in all ways by turns; prints what was found of each. */
process.env.F2F_MUTATIONS ??= '10000'
await import('../test/audit/verify/mutations.test.ts')

/** Runs the model-based tests of test/recorder with far more sequences. */
process.env.F2F_MODEL_RUNS ??= '1000'
await import('../test/recorder/model.test.ts')

/** Runs the test of a sound card's own clock of test/actors with a real pipe source for 40 s. */
process.env.F2F_CARD_SECONDS ??= '40'
await import('../test/actors/sound/sound-clock.test.ts')

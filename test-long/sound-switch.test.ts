/** Runs the switches of the sound server of test/actors 20 times each. */
process.env.F2F_SWITCHES ??= '20'
await import('../test/actors/sound/sound-switch.test.ts')

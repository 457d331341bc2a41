/** Floods the daemon with every kind of stranger, with 1, 4, 20 and 100 sockets each. */
process.env.F2F_FLOOD_MATRIX = '1'
await import('../test/e2e/flood.test.ts')

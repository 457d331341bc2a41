import type { Writable } from 'node:stream'

const SILENCE = Buffer.alloc(4_096)

/** Writes silence into a player as fast as it takes it, until it is gone. */
export function feedSilence(player: Writable): void {
  // The next block only when the last one has been taken: bounded by the player's own buffer.
  player.write(SILENCE, (error) => {
    if (!error && player.writable) feedSilence(player)
  })
}

import type { Writable } from 'node:stream'

const SILENCE = Buffer.alloc(4_096)

/** Writes silence into a player as fast as it reads, until it is gone. */
export function feedSilence(player: Writable): void {
  // One block at a time, so that memory stays bounded by the player's own buffer.
  player.write(SILENCE, (error) => {
    if (!error && player.writable) feedSilence(player)
  })
}

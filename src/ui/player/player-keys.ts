import { followKeys } from '../record/keyboard/follow-keys.ts'
import { hasShortcuts } from '../record/keyboard/keyboard.ts'
import { neighbour } from './events/moments.ts'
import { toggleFullScreen } from './full-screen.ts'
import { type Player, RATES } from './playing/player.ts'

const STEP_MS = 5_000

/** The things that the keys work on. */
export interface KeyTargets {
  player: Player
  screen: () => HTMLElement | null
  frameMs: () => number
  moments: () => number[]
}

/** Lets keys drive the player. Returns the function that ends that. */
export function followPlayerKeys(targets: KeyTargets): () => void {
  return followKeys((event) => press(targets, event), isSlider)
}

const isSlider = (focused: Element): boolean => focused.closest('input[type=range]') !== null

/** Carries out one key. Returns whether it has a meaning. */
function press({ player, screen, frameMs, moments }: KeyTargets, event: KeyboardEvent): boolean {
  const isLetter = event.key.length === 1 && event.key !== ' '
  if (isLetter && !hasShortcuts.value) return false
  const direction = event.key === 'ArrowRight' ? 1 : -1
  switch (event.key) {
    case ' ':
    case 'k':
    case 'K':
      togglePlaying(player)
      return true
    case 'ArrowLeft':
    case 'ArrowRight':
      if (event.shiftKey) stepEvent(player, moments(), direction)
      else player.move(direction * STEP_MS)
      return true
    case ',':
    case '.':
      player.stepFrame(event.key === '.' ? 1 : -1, frameMs())
      return true
    case '<':
    case '>':
      stepRate(player, event.key === '>' ? 1 : -1)
      return true
    case 'f':
    case 'F':
      toggleFullScreen(screen())
      return true
    default:
      return false
  }
}

/** Plays, or pauses. */
export function togglePlaying(player: Player): void {
  if (player.playing.value) player.pause()
  else player.play()
}

/** Goes to the next event, or to the one before. */
export function stepEvent(player: Player, moments: readonly number[], direction: 1 | -1): void {
  const moment = neighbour(moments, player.position.value, direction)
  if (moment !== undefined) player.seek(moment)
  else if (direction === -1) player.seek(0)
}

function stepRate(player: Player, direction: 1 | -1): void {
  const rate = RATES[RATES.indexOf(player.rate.value) + direction]
  if (rate !== undefined) player.setRate(rate)
}

import { setFlagsFromString } from 'node:v8'

/**
 * Makes V8 collect garbage early instead of growing its heap: the daemon runs all day beside the
 * programs of a desktop. Reading many recordings takes up to half as long again, and their garbage
 * 60 MB less. Call it before the heap grows.
 */
export function keepHeapSmall(): void {
  // The young generation stays as it begins; the old one grows by 25 % between collections.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=25')
}

import { computed, signal } from '@preact/signals'

/** The closest view: 200 pixels a second. */
const CLOSEST = 0.2
const STEP = 2

/** How much of the time line is visible. Whole is 1; twice as close is 2. */
export class TimelineZoom {
  readonly factor = signal(1)
  readonly width = signal(0)
  readonly durationMs = signal(1)
  /** Pixels of a millisecond. */
  readonly scale = computed(
    () => (this.width.value / Math.max(1, this.durationMs.value)) * this.factor.value,
  )
  readonly canGrow = computed(() => this.scale.value < CLOSEST)
  readonly canShrink = computed(() => this.factor.value > 1)

  /** Goes closer (1) or farther (−1). */
  change(direction: 1 | -1): void {
    const whole = this.width.value / Math.max(1, this.durationMs.value)
    const closest = Math.max(1, CLOSEST / whole)
    const factor = this.factor.value * STEP ** direction
    this.factor.value = Math.min(closest, Math.max(1, factor))
  }
}

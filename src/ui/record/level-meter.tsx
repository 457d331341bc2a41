import { computed, effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Medium } from '../../contract/media.ts'
import type { Level } from '../../contract/views.ts'
import { t } from '../i18n/texts.ts'
import { levels } from '../live/live-state.ts'
import { mediumName } from './medium-name.ts'

const FLOOR_DB = -60
/** The text of a meter changes this seldom: nobody wants to hear each tenth of a second. */
const TEXT_MS = 1_000
/** How far the peak mark falls with each new level. */
const FALL_DB = 4

/** Shows how loud a track is, four times a second. The scale ends at −60 dB. */
export function LevelMeter({ medium }: { medium: 'mic' | 'speaker' }) {
  const meter = useRef<HTMLDivElement>(null)
  // Levels bypass rendering: only a transform changes.
  useEffect(() => {
    const level = computed(() => levels.value[medium])
    let heldDb = FLOOR_DB
    let textAt = 0
    return effect(() => {
      const { rmsDb, peakDb } = level.value ?? { rmsDb: FLOOR_DB, peakDb: FLOOR_DB }
      heldDb = Math.max(peakDb, heldDb - FALL_DB, FLOOR_DB)
      const root = meter.current
      if (!root) return
      draw(root, rmsDb, heldDb)
      if (performance.now() - textAt < TEXT_MS) return
      textAt = performance.now()
      describe(root, rmsDb)
    })
  }, [medium])
  return <Meter medium={medium} meterRef={meter} />
}

/** Shows a level that was measured once. */
export function StillLevel({ medium, level }: { medium: Medium; level: Level }) {
  const meter = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const root = meter.current
    if (!root) return
    draw(root, level.rmsDb, level.peakDb)
    describe(root, level.rmsDb)
  }, [level])
  return <Meter medium={medium} meterRef={meter} />
}

function Meter({
  medium,
  meterRef,
}: {
  medium: Medium
  meterRef: { current: HTMLDivElement | null }
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> has no mark for peaks.
    <div
      class="meter"
      role="meter"
      aria-label={t('record.meter.label', { medium: mediumName(medium) })}
      aria-valuemin={FLOOR_DB}
      aria-valuemax={0}
      aria-valuenow={FLOOR_DB}
      ref={meterRef}
    >
      <div class="meter-fill" />
      <div class="meter-peak" />
    </div>
  )
}

function describe(root: HTMLElement, rmsDb: number): void {
  const db = Math.round(Math.max(FLOOR_DB, Math.min(0, rmsDb)))
  root.setAttribute('aria-valuenow', String(db))
  root.setAttribute(
    'aria-valuetext',
    db <= FLOOR_DB
      ? t('record.meter.silent')
      : t('record.meter.db', { db: String(db).replace('-', '−') }),
  )
}

/** Moves fill and mark, which have layers of their own: nothing is laid out or painted. */
function draw(root: HTMLElement, rmsDb: number, peakDb: number): void {
  const [fill, peak] = root.children as unknown as [HTMLElement, HTMLElement]
  fill.style.transform = `scaleX(${share(rmsDb)})`
  peak.style.transform = `translateX(${(share(peakDb) - 1) * 100}%)`
}

/** The share of the scale that a level fills. */
function share(db: number): number {
  return Math.max(0, Math.min(1, 1 - db / FLOOR_DB))
}

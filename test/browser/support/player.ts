import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Daemon } from '../../../lab/daemon.ts'

/** A recording that the tests play: what happened in it, in milliseconds from its start. */
export interface PlayedRecording {
  id: string
  /** A stretch in which everything is paused. */
  pause: { fromMs: number; toMs: number }
  /** Where the screen goes on after the pause: a busy machine resumes one medium late. */
  screenResumedMs: number
  durationMs: number
}

/** The places of the media, in milliseconds of the recording. */
export interface Places {
  /** The clock of the player. */
  clock: number
  /** The place of each medium that plays now. */
  media: Partial<Record<'mic' | 'speaker' | 'screen', number>>
}

/** Records a test picture and tones, with a marker, a refusal, a tag and a pause. */
export async function recordConversation(daemon: Daemon): Promise<PlayedRecording> {
  const send = async (path: string, body: unknown = {}) =>
    (await daemon.api('POST', `/recordings${path}`, body)).body
  const { id } = await send('', { media: ['mic', 'speaker', 'screen'], tags: { topic: 'loan' } })
  // The length of the recording is what the tests need; nothing happens meanwhile.
  await delay(3_000)
  await send(`/${id}/tags`, { tags: { 'marker.red': 'Price named' } })
  await send(`/${id}/resume`)
  await delay(2_000)
  await send(`/${id}/pause`)
  await delay(4_000)
  await send(`/${id}/resume`)
  await send(`/${id}/tags`, { tags: { product: 'home loan' } })
  await delay(5_000)
  await send(`/${id}/stop`)
  const { startedAt, endedAt, tracks } = await send(`/${id}/close`)
  const msOf = (at: string): number => Date.parse(at) - Date.parse(startedAt)
  const recorded = tracks as Record<string, { spans: { from: string; to: string }[] }>
  const spans = Object.values(recorded).map((track) => track.spans)
  return {
    id,
    pause: {
      fromMs: Math.max(...spans.map(([first]) => msOf(first?.to ?? ''))),
      toMs: Math.min(...spans.map((all) => msOf(all[1]?.from ?? ''))),
    },
    screenResumedMs: msOf(recorded.screen?.spans[1]?.from ?? ''),
    durationMs: msOf(endedAt),
  }
}

/** Reads where the clock and all media that play are, in one instant. */
export async function places(page: Page): Promise<Places> {
  return page.evaluate(() => {
    const scroller = document.querySelector<HTMLElement>('.timeline-scroller')
    const clock = Number(scroller?.style.getPropertyValue('--position'))
    const media: Record<string, number> = {}
    for (const element of document.querySelectorAll<HTMLMediaElement>('audio, video'))
      if (!element.paused)
        media[element.dataset.medium ?? 'screen'] =
          element.currentTime * 1_000 + Number(element.dataset.fromMs ?? 0)
    return { clock, media }
  })
}

/** Waits until the clock has passed a position. */
export async function untilPosition(page: Page, ms: number): Promise<void> {
  await page.waitForFunction((wanted) => {
    const scroller = document.querySelector<HTMLElement>('.timeline-scroller')
    return Number(scroller?.style.getPropertyValue('--position')) >= wanted
  }, ms)
}

/** Goes to a position by a deep link, and waits until the player is there with its picture. */
export async function openAt(page: Page, id: string, ms: number): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash
  }, `#/recordings/${id}?at=${ms}`)
  await page.waitForFunction((wanted) => {
    const scroller = document.querySelector<HTMLElement>('.timeline-scroller')
    const video = document.querySelector('video')
    if (!scroller || !video || video.seeking || video.readyState < 2) return false
    return Number(scroller.style.getPropertyValue('--position')) === wanted
  }, ms)
}

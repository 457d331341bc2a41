import type { Capture, CaptureInstruction } from './capture.ts'
import { SegmentCapture, type SegmentCaptureParts } from './segment/segment-capture.ts'

/**
 * Routes a track's commands to its segments. Each segment is an object of its own, because an old
 * one may still finish its file while a new one captures.
 */
export class TrackCapture implements Capture {
  readonly #parts: Omit<SegmentCaptureParts, 'plan' | 'retryUntil'>
  readonly #segments = new Map<number, SegmentCapture>()
  /** Segments that were cut before they were opened. */
  readonly #cutEarly = new Set<number>()
  #disposed = false

  constructor(parts: Omit<SegmentCaptureParts, 'plan' | 'retryUntil'>) {
    this.#parts = parts
  }

  send(command: CaptureInstruction): void {
    if (command.type === 'capture.cut') {
      const segment = this.#segments.get(command.segment)
      if (segment) segment.cut(command.at, command.discard ?? false)
      else this.#cutEarly.add(command.segment)
      return
    }
    const { plan, retryUntil } = command
    if (this.#segments.has(plan.number)) {
      this.#parts.logger.error(
        { medium: plan.medium, segment: plan.number },
        'a segment was opened twice',
      )
      return
    }
    if (this.#cutEarly.delete(plan.number) || this.#disposed) {
      const ended = {
        type: 'capture.ended',
        segment: plan.number,
        cause: 'cut',
        description: null,
        unfinished: false,
      } as const
      // Reports after `send` has returned: callers do not expect a report from within it.
      queueMicrotask(() => this.#parts.report(ended))
      return
    }
    this.#segments.set(plan.number, new SegmentCapture({ ...this.#parts, plan, retryUntil }))
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    const segments = [...this.#segments.values()]
    for (const segment of segments) segment.dispose()
    await Promise.all(segments.map((segment) => segment.ended.then(() => segment.closed)))
  }
}

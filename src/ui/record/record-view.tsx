import { application, current } from '../live/live-state.ts'
import { clockText, recordedMs } from '../live/recorded-time.ts'
import { recorderNow, tick } from '../live/recorder-time.ts'

/** Records: what is recorded now, and everything that a person can do about it. */
export function RecordView() {
  void tick.value
  const recording = current.value
  return (
    <section>
      <h1>{application.value?.state}</h1>
      {recording && <p>{clockText(recordedMs(recording, recorderNow()))}</p>}
    </section>
  )
}

import type { TagEntry } from '../../contract/views.ts'
import type { CommandAnswer } from '../port.ts'
import { mergeTags, tagEntries } from '../projection/recording.ts'
import type { ReadableLog } from '../records/read-records.ts'
import { readTagEvents } from '../records/read-tags.ts'
import type { ValueSeals } from '../sealing/value-seals.ts'

/** A recording as the body of an answer, as far as its tags are concerned. */
interface RecordingBody {
  id: string
  version: number
  /** Null in an answer that is kept. */
  tags: TagEntry[] | null
}

function isRecordingBody(body: unknown): body is RecordingBody {
  return (
    typeof body === 'object' && body !== null && 'id' in body && 'version' in body && 'tags' in body
  )
}

/**
 * Returns an answer as it is kept: a recording without its tags, which are in the log anyway. So
 * keeping the answer to a tag costs the same however many tags there are.
 */
export function withoutTags(answer: CommandAnswer): CommandAnswer {
  const { body } = answer
  // One that was erased has none, and its history cannot be opened.
  if (!isRecordingBody(body) || body.tags?.length === 0) return answer
  return { ...answer, body: { ...body, tags: null } }
}

/** Returns a kept answer with the tags that the recording had at the answer's version. */
export async function withTags(
  log: ReadableLog & { seals: Pick<ValueSeals, 'openTag'> },
  answer: CommandAnswer,
): Promise<CommandAnswer> {
  const { body } = answer
  if (!isRecordingBody(body) || body.tags !== null) return answer
  let tags: TagEntry[] = []
  for (const event of await readTagEvents(log, body.id))
    if ((event.version ?? 0) <= body.version) tags = mergeTags(tags, tagEntries(event))
  const opened = tags.map((tag) => log.seals.openTag(body.id, tag))
  return { ...answer, body: { ...body, tags: opened } }
}

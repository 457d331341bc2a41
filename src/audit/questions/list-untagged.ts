import type { AuditPage, Untagged } from '../../contract/audit.ts'
import { SYSTEM_TAG_PREFIX } from '../../contract/tag-key.ts'
import type { AuditedRecording } from '../../store/port.ts'
import { isWithin, listByRecording } from './list-by-recording.ts'
import type { UntaggedQuery } from './port.ts'
import type { AuditSources } from './sources.ts'

/** Lists closed recordings without any tag, or without a tag with a key. */
export function listUntagged(
  sources: AuditSources,
  query: UntaggedQuery,
): Promise<AuditPage<Untagged>> {
  const { key } = query
  const isUntagged = (keys: readonly string[]) =>
    key === undefined ? keys.length === 0 : !keys.includes(key)
  return listByRecording(sources, query, {
    list: 'untagged',
    mayMatch: ({ tagKeys }) => tagKeys === null || isUntagged(tagKeys),
    async rowsOf(recording) {
      const { id, state, erased, startedAt, endedAt, closedAt, startedBy } = recording.view
      if (state !== 'Closed' || !isWithin(query, startedAt)) return []
      const tagKeys = await tagKeysOf(sources, recording)
      if (!isUntagged(tagKeys)) return []
      const isErased = erased !== null
      const row = { recordingId: id, erased: isErased, startedAt, endedAt, closedAt, startedBy }
      return [{ key: '', row: () => ({ ...row, tagKeys }) }]
    },
  })
}

/** An erased recording has no tags any more, but its events still name their keys. */
async function tagKeysOf({ log }: AuditSources, { view }: AuditedRecording): Promise<string[]> {
  const keys =
    view.erased === null
      ? view.tags.map(({ key }) => key)
      : (await log.audit.factsOf(view.id, ['recording.tagged'])).flatMap((event) =>
          event.type === 'recording.tagged' ? Object.keys(event.data.tags) : [],
        )
  return [...new Set(keys)].filter((key) => !key.startsWith(SYSTEM_TAG_PREFIX))
}

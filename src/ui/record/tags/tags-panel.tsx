import type { RecordingAnswer, TagEntry } from '../../../contract/views.ts'
import { t } from '../../i18n/texts.ts'
import { formatTime } from '../../live/format-time.ts'
import { recorder } from '../../live/recorder.ts'
import { isAllowed } from '../allowed.ts'
import { isPending, runCommand } from '../commands.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { senderName } from '../sender-name.ts'
import { isMarker } from './markers.ts'
import { TagFields } from './tag-fields.tsx'

/** The tags of the recording, with who set them, and the form for another. */
export function TagsPanel({ recording }: { recording: RecordingAnswer }) {
  const tags = recording.tags.filter((tag) => !tag.key.startsWith('system.') && !isMarker(tag.key))
  const system = recording.tags.filter(({ key }) => key.startsWith('system.'))
  return (
    <section class="card tags" aria-labelledby="tags">
      <h2 id="tags">{t('record.tags')}</h2>
      <TagFields
        name="tag"
        isAllowed={isAllowed('tag')}
        isPending={isPending('tags', 'tag')}
        add={(key, value) =>
          runCommand('tags', 'tag', () => recorder.tag(recording.id, { [key]: value }))
        }
      />
      <ProblemNotice place="tags" />
      {tags.length === 0 ? <p class="soft">{t('record.tags.none')}</p> : <TagList tags={tags} />}
      {system.length > 0 && (
        <details class="system-tags">
          <summary>{t('record.tags.system', { count: system.length })}</summary>
          <TagList tags={system} />
        </details>
      )}
    </section>
  )
}

function TagList({ tags }: { tags: readonly TagEntry[] }) {
  return (
    <ul class="tag-list">
      {tags.map((tag) => (
        <Tag key={`${tag.key} ${tag.at}`} tag={tag} />
      ))}
    </ul>
  )
}

// A new value is a new element, which shines for a moment.
function Tag({ tag: { key, value, at, by } }: { tag: TagEntry }) {
  return (
    <li class="set-tag" data-key={key} data-side={by.side}>
      <span class="tag-name">{key}</span>
      <span class="tag-value">{String(value)}</span>
      <span class="tag-by soft">
        {senderName(by)} · <time dateTime={at}>{formatTime(at)}</time>
      </span>
    </li>
  )
}

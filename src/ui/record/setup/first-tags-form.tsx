import { Field } from '../../controls/field.tsx'
import { t } from '../../i18n/texts.ts'
import { configuration } from '../../live/configuration.ts'
import { Icon } from '../icons.tsx'
import { TagFields } from '../tags/tag-fields.tsx'
import { furtherTags, requiredValues } from './first-tags.ts'
import { requiredFieldId } from './start-recording.ts'

/** The tags that the recording has from its start: the required ones, then any others. */
export function FirstTags() {
  const required = configuration.value.requiredTags
  return (
    <div class="first-tags">
      {required.map((key) => (
        <RequiredField key={key} name={key} />
      ))}
      {required.length === 0 && <p class="soft">{t('record.setup.tagsHelp')}</p>}
      {furtherTags.value.length > 0 && (
        <ul class="draft-tags">
          {furtherTags.value.map(([key, value]) => (
            <li key={key} class="draft-tag">
              <span class="tag-name">{key}</span>
              <span class="tag-value">{value}</span>
              <button
                type="button"
                class="button button-small button-quiet"
                aria-label={t('record.setup.removeTag', { key })}
                onClick={() => removeTag(key)}
              >
                <Icon name="remove" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <TagFields
        name="first"
        isAllowed={true}
        isPending={false}
        add={(key, value) => {
          furtherTags.value = [
            ...furtherTags.value.filter(([other]) => other !== key),
            [key, value],
          ]
          return Promise.resolve(true)
        }}
      />
    </div>
  )
}

function removeTag(key: string): void {
  furtherTags.value = furtherTags.value.filter(([other]) => other !== key)
}

function RequiredField({ name }: { name: string }) {
  const id = requiredFieldId(name)
  const value = requiredValues.value[name] ?? ''
  const isMissing = value.trim() === ''
  return (
    <Field label={name} id={id}>
      <input
        class="input"
        id={id}
        required
        autocomplete="off"
        maxLength={4096}
        aria-describedby={isMissing ? `${id}-error` : undefined}
        value={value}
        onInput={(event) => {
          requiredValues.value = { ...requiredValues.value, [name]: event.currentTarget.value }
        }}
      />
      {isMissing && (
        <p class="field-help" id={`${id}-error`}>
          {t('record.setup.required')}
        </p>
      )}
    </Field>
  )
}

import { useId, useRef, useState } from 'preact/hooks'
import { Field } from '../../controls/field.tsx'
import { t } from '../../i18n/texts.ts'
import { CommandButton } from '../command-button.tsx'
import { CONTROL_LINE_ID } from '../control-line.tsx'
import { knownKeys, loadKnownKeys } from './tag-keys.ts'

/** How the fields of a new tag behave. */
export interface TagFieldsProps {
  /** Distinguishes the fields of one form from those of another. */
  name: string
  isAllowed: boolean
  isPending: boolean
  /** Adds a tag. Resolves with whether it was added. */
  add: (key: string, value: string) => Promise<boolean>
}

/** The fields of one new tag. They are empty again, and ready for the next, once it was added. */
export function TagFields({ name, isAllowed, isPending, add }: TagFieldsProps) {
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const keyField = useRef<HTMLInputElement>(null)
  const listId = useId()
  const submit = async () => {
    if (!isAllowed || isPending || key.trim() === '') return keyField.current?.focus()
    if (!(await add(key.trim(), value))) return
    setKey('')
    setValue('')
    keyField.current?.focus()
  }
  return (
    <form
      class="tag-fields"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <Field label={t('record.tag.key')} id={`${name}-key`}>
        <input
          class="input"
          id={`${name}-key`}
          list={listId}
          maxLength={64}
          autocapitalize="off"
          spellcheck={false}
          disabled={!isAllowed}
          value={key}
          ref={keyField}
          onFocus={() => void loadKnownKeys()}
          onInput={(event) => setKey(event.currentTarget.value)}
        />
        <datalist id={listId}>
          {knownKeys.value.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
      </Field>
      <Field label={t('record.tag.value')} id={`${name}-value`}>
        <input
          class="input"
          id={`${name}-value`}
          maxLength={4096}
          disabled={!isAllowed}
          value={value}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
      </Field>
      <CommandButton
        text={t('record.tag.add')}
        isAllowed={isAllowed}
        isPending={isPending}
        reasonId={CONTROL_LINE_ID}
        isSubmit={true}
      />
    </form>
  )
}

import { CONSENT_STATES, type ConsentState } from '../../../contract/custody.ts'
import { Field } from '../../controls/field.tsx'
import { t } from '../../i18n/texts.ts'
import { METHODS } from './method-name.ts'

const CHOICES = [...METHODS, 'other'] as const

/** An answer of the customer that is not noted yet. */
export interface ConsentDraft {
  state: ConsentState
  method: (typeof CHOICES)[number]
  /** The method in the person's own words, where none of those offered fits. */
  otherMethod: string
  note: string
}

/** Returns the method of an answer, as the log keeps it. */
export function methodOf({ method, otherMethod }: ConsentDraft): string {
  return method === 'other' ? otherMethod.trim() : method
}

interface FieldsProps {
  draft: ConsentDraft
  isDisabled: boolean
  onChange: (draft: ConsentDraft) => void
}

/** The fields for the answer, how it was given, and a note. */
export function ConsentFields(props: FieldsProps) {
  const { draft, isDisabled, onChange } = props
  return (
    <>
      <Answer {...props} />
      <Field label={t('record.consent.method')} id="consent-method">
        <select
          class="input"
          id="consent-method"
          value={draft.method}
          disabled={isDisabled}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...draft, method: value as ConsentDraft['method'] })
          }
        >
          {CHOICES.map((one) => (
            <option key={one} value={one}>
              {t(`record.consent.method.${one}`)}
            </option>
          ))}
        </select>
      </Field>
      {draft.method === 'other' && (
        <TextField {...props} name="otherMethod" maxLength={64} isRequired={true} />
      )}
      <TextField {...props} name="note" maxLength={1000} isRequired={false} />
    </>
  )
}

function Answer({ draft, isDisabled, onChange }: FieldsProps) {
  return (
    <fieldset class="choice-group consent-answer" disabled={isDisabled}>
      <legend class="field-label">{t('record.consent.answer')}</legend>
      <div class="choice-pills">
        {CONSENT_STATES.map((state) => (
          <label key={state} class="pill">
            <input
              type="radio"
              name="consent-state"
              checked={state === draft.state}
              onChange={() => onChange({ ...draft, state })}
            />
            {t(`record.consent.answer.${state}`)}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

const LABELS = {
  otherMethod: 'record.consent.otherMethod',
  note: 'record.consent.noteField',
} as const

function TextField(
  props: FieldsProps & { name: keyof typeof LABELS; maxLength: number; isRequired: boolean },
) {
  const { draft, name, isDisabled, maxLength, isRequired, onChange } = props
  return (
    <Field label={t(LABELS[name])} id={`consent-${name}`}>
      <input
        class="input"
        id={`consent-${name}`}
        maxLength={maxLength}
        required={isRequired}
        disabled={isDisabled}
        value={draft[name]}
        onInput={(event) => onChange({ ...draft, [name]: event.currentTarget.value })}
      />
    </Field>
  )
}

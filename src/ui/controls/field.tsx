import type { ComponentChildren } from 'preact'

/** A field of a form with its label. `id` is that of the control among the children. */
export function Field(props: { label: string; id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label class="field-label" for={props.id}>
        {props.label}
      </label>
      {props.children}
    </div>
  )
}

import type { ComponentChildren } from 'preact'

/** One line of a card that tells how something is. */
export function SettingFact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="settings-fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

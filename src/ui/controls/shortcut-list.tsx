/** Keys, separated by spaces, and what they do. */
export type Shortcut = readonly [keys: string, text: string]

/** Lists keys with what they do. */
export function ShortcutList({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
  return (
    <dl class="shortcuts">
      {shortcuts.map(([keys, text]) => (
        <div key={keys} class="shortcut">
          <dt>
            {keys.split(' ').map((key, index) => (
              <kbd class="kbd" key={index}>
                {key}
              </kbd>
            ))}
          </dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  )
}

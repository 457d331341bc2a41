import { useState } from 'preact/hooks'
import type { Inspected } from '../opening/inspected.ts'
import { t } from '../texts/texts.ts'
import { differencesOf } from './differences.ts'

/** Compares two moments that the person marks. */
export function DiffPanel({ inspected }: { inspected: Inspected }) {
  const [marks, setMarks] = useState<{ a: number | null; b: number | null }>({ a: null, b: null })
  const { value: index } = inspected.index
  const { a, b } = marks
  return (
    <section class="card diff" aria-labelledby="diff-title">
      <h2 id="diff-title">{t('inspector.diff')}</h2>
      <div class="diff-marks">
        <Mark
          name="A"
          mark={a}
          index={index}
          inspected={inspected}
          onMark={() => setMarks({ a: index, b })}
        />
        <Mark
          name="B"
          mark={b}
          index={index}
          inspected={inspected}
          onMark={() => setMarks({ a, b: index })}
        />
      </div>
      {a === null || b === null ? (
        <p class="soft">{t('inspector.diff.help')}</p>
      ) : (
        <Differences inspected={inspected} a={a} b={b} />
      )}
    </section>
  )
}

function Mark({
  name,
  mark,
  index,
  inspected,
  onMark,
}: {
  name: string
  mark: number | null
  index: number
  inspected: Inspected
  onMark: () => void
}) {
  return (
    <div class="diff-mark">
      <button type="button" class="button button-small" onClick={onMark}>
        {t('inspector.diff.mark', { name, index })}
      </button>
      {mark !== null && (
        <button
          type="button"
          class="button button-small button-quiet"
          onClick={() => inspected.go(mark)}
        >
          {t('inspector.diff.go', { name, index: mark })}
        </button>
      )}
    </div>
  )
}

function Differences({ inspected, a, b }: { inspected: Inspected; a: number; b: number }) {
  const differences = differencesOf(inspected.replay.stateAfter(a), inspected.replay.stateAfter(b))
  if (differences.length === 0) return <p role="status">{t('inspector.diff.none')}</p>
  return (
    // It scrolls where the window is narrow, and must be reachable by keyboard then.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
    <section class="diff-scroller" tabIndex={0} aria-labelledby="diff-title">
      <table class="diff-table">
        <thead>
          <tr>
            <th scope="col">{t('inspector.diff.member')}</th>
            <th scope="col">A · {a}</th>
            <th scope="col">B · {b}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ path, from, to }) => (
            <tr key={path}>
              <th scope="row">
                <code>{path}</code>
              </th>
              <td class="diff-from">{valueText(from)}</td>
              <td class="diff-to">{valueText(to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function valueText(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The shapes of the list's own icons, on a square of 24. */
const SHAPES = {
  search:
    'M10.5 3a7.5 7.5 0 1 0 4.55 13.46l4.74 4.75 1.42-1.42-4.75-4.74A7.5 7.5 0 0 0 10.5 3zm0 2a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z',
  filter: 'M3 5h18v2H3zM6 11h12v2H6zM10 17h4v2h-4z',
} as const

/** Draws an icon in the colour of its text. */
export function ListIcon({ name }: { name: keyof typeof SHAPES }) {
  return (
    <svg
      class="list-icon"
      viewBox="0 0 24 24"
      width={20}
      height={20}
      aria-hidden="true"
      focusable="false"
    >
      <path d={SHAPES[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  )
}

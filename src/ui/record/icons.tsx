/** The shapes of the view's icons, on a square of 24. */
const SHAPES = {
  record: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z',
  pause: 'M6 5h4v14H6zM14 5h4v14h-4z',
  resume: 'M7 4.5v15l12.5-7.5z',
  stop: 'M5.5 5.5h13v13h-13z',
  close: 'M9.2 16.6 4.6 12l-1.7 1.7 6.3 6.3L21.5 7.7 19.8 6z',
  check: 'M9.2 16.6 4.6 12l-1.7 1.7 6.3 6.3L21.5 7.7 19.8 6z',
  error: 'M12 2.5 1 21.5h22zM11 9.5h2v6h-2zM11 17h2v2h-2z',
  unknown:
    'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm1 16h-2v-2h2zm1.7-6.2c-1 .9-1.7 1.3-1.7 2.7h-2c0-2.3 1.1-3.2 2.2-4.1.8-.7 1.3-1.1 1.3-1.9a2 2 0 0 0-4 0h-2a4 4 0 0 1 8 0c0 1.7-1 2.6-1.8 3.3z',
  mic: 'M12 15a3.5 3.5 0 0 0 3.5-3.5v-6a3.5 3.5 0 0 0-7 0v6A3.5 3.5 0 0 0 12 15zm6-3.5h-1.8a4.2 4.2 0 0 1-8.4 0H6a6 6 0 0 0 5.1 5.9V21h1.8v-3.6a6 6 0 0 0 5.1-5.9z',
  speaker:
    'M3 9v6h4l6 5V4L7 9zm13.5 3a4 4 0 0 0-2-3.5v7a4 4 0 0 0 2-3.5zM14.5 4.2v2a6 6 0 0 1 0 11.6v2a8 8 0 0 0 0-15.6z',
  screen:
    'M3 4h18a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-7v2h3v2H7v-2h3v-2H3a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm1 2v9h16V6z',
  marker: 'M6 3h12v18l-6-4.5L6 21z',
  off: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2a7 7 0 0 1 4.2 1.4l-9.8 9.8A7 7 0 0 1 12 5zm0 14a7 7 0 0 1-4.2-1.4l9.8-9.8A7 7 0 0 1 12 19z',
  remove: 'M18.4 7 17 5.6l-5 5-5-5L5.6 7l5 5-5 5L7 18.4l5-5 5 5 1.4-1.4-5-5z',
  wait: 'M12 3a9 9 0 1 0 9 9h-2.5A6.5 6.5 0 1 1 12 5.5z',
} as const

/** The name of an icon. */
export type IconName = keyof typeof SHAPES

/** Draws an icon in the colour of its text. It says nothing that a word beside it does not say. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={`icon icon-${name}`}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <path d={SHAPES[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  )
}

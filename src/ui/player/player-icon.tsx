const SHAPES = {
  play: 'M7 4.5v15l12.5-7.5z',
  pause: 'M6 5h4v14H6zM14 5h4v14h-4z',
  back: 'M12 5V1.5L6.5 6 12 10.5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8zM10 10.5h4v1.5h-2.5v1.2a2.2 2.2 0 1 1-1.6 3.9l.9-1.2a.9.9 0 1 0 .5-1.4H10z',
  forward:
    'M12 5V1.5L17.5 6 12 10.5V7a6 6 0 1 0 6 6h2a8 8 0 1 1-8-8zM10 10.5h4v1.5h-2.5v1.2a2.2 2.2 0 1 1-1.6 3.9l.9-1.2a.9.9 0 1 0 .5-1.4H10z',
  previous: 'M6 5h2.5v14H6zM19 5v14L9.5 12z',
  next: 'M15.5 5H18v14h-2.5zM5 5l9.5 7L5 19z',
  frameBack: 'M14 6l-6 6 6 6zM16 6h2v12h-2z',
  frameForward: 'M10 6l6 6-6 6zM6 6h2v12H6z',
  full: 'M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z',
  link: 'M10.6 13.4a1 1 0 0 0 1.4 0l4.6-4.6a2.3 2.3 0 0 0-3.2-3.2l-1.7 1.7-1.4-1.4 1.7-1.7a4.3 4.3 0 0 1 6 6l-4.6 4.6a3 3 0 0 1-4.2 0zM13.4 10.6a1 1 0 0 0-1.4 0l-4.6 4.6a2.3 2.3 0 0 0 3.2 3.2l1.7-1.7 1.4 1.4-1.7 1.7a4.3 4.3 0 0 1-6-6l4.6-4.6a3 3 0 0 1 4.2 0z',
  sound:
    'M3 9v6h4l6 5V4L7 9zm13.5 3a4 4 0 0 0-2-3.5v7a4 4 0 0 0 2-3.5zM14.5 4.2v2a6 6 0 0 1 0 11.6v2a8 8 0 0 0 0-15.6z',
  mute: 'M3 9v6h4l6 5V4L7 9zM21.5 9.4l-1.4-1.4-2.1 2.1L15.9 8l-1.4 1.4 2.1 2.1-2.1 2.1 1.4 1.4 2.1-2.1 2.1 2.1 1.4-1.4-2.1-2.1z',
  zoomIn: 'M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z',
  zoomOut: 'M5 11h14v2H5z',
  marker: 'M6 3h12v18l-6-4.5L6 21z',
  tag: 'M3 3h9l9 9-9 9-9-9zm4.5 3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z',
  refusal: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7 10.5h10v3H7z',
  warning: 'M12 2.5 1 21.5h22zM11 9.5h2v6h-2zM11 17h2v2h-2z',
  course: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10z',
  export: 'M11 3h2v9.2l3.3-3.3 1.4 1.4L12 16l-5.7-5.7 1.4-1.4 3.3 3.3zM4 18h16v2.5H4z',
} as const

/** The name of an icon of the player. */
export type PlayerIconName = keyof typeof SHAPES

/** Draws an icon of the player in the colour of its text. Its button has the words. */
export function PlayerIcon({ name, size = 22 }: { name: PlayerIconName; size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  )
}

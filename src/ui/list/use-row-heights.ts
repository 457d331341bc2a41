import { useEffect, useState } from 'preact/hooks'
import type { RowHeights } from './row-layout.ts'

/** The width from which a row is one line. list.css has the same. */
const WIDE = '(min-width: 960px)'
const WIDE_REM = { row: 3.5, heading: 3.25 }
const NARROW_REM = { row: 6.75, heading: 3.25 }

/** Returns the heights of rows in this window. They grow with the font size of the browser. */
export function useRowHeights(): RowHeights {
  const [heights, setHeights] = useState(measure)
  useEffect(() => {
    const wide = matchMedia(WIDE)
    const update = (): void => setHeights(measure())
    wide.addEventListener('change', update)
    return () => wide.removeEventListener('change', update)
  }, [])
  return heights
}

function measure(): RowHeights {
  const { row, heading } = matchMedia(WIDE).matches ? WIDE_REM : NARROW_REM
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  return { row: row * rem, heading: heading * rem }
}

const RADIUS = 8

/** Returns the SVG path of a line through points, with rounded corners. */
export function roundedPath(points: readonly (readonly [number, number])[]): string {
  const parts = points.map(([x, y], at) => {
    if (at === 0) return `M${x} ${y}`
    const before = points[at - 1] as readonly [number, number]
    const after = points[at + 1]
    if (after === undefined) return `L${x} ${y}`
    const [fromX, fromY] = towards([x, y], before)
    const [toX, toY] = towards([x, y], after)
    return `L${fromX} ${fromY} Q${x} ${y} ${toX} ${toY}`
  })
  return parts.join(' ')
}

/** Returns the point on the way to another at which the corner begins. */
function towards(
  [x, y]: readonly [number, number],
  [otherX, otherY]: readonly [number, number],
): [number, number] {
  const length = Math.hypot(otherX - x, otherY - y)
  if (length === 0) return [x, y]
  const part = Math.min(RADIUS, length / 2) / length
  return [
    Math.round((x + (otherX - x) * part) * 10) / 10,
    Math.round((y + (otherY - y) * part) * 10) / 10,
  ]
}

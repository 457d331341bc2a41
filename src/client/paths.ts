/** Returns the path of a recording, or of something of it. */
export function recordingPath(id: string, ...parts: (string | number)[]): string {
  return ['/recordings', ...[id, ...parts].map((part) => encodeURIComponent(part))].join('/')
}

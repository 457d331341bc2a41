/** Plays one recording. `query.at` is a moment of it in milliseconds. */
export function PlayerView({ id }: { id: string; query: URLSearchParams }) {
  return <h1>{id}</h1>
}

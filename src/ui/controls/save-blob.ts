/** How long a browser may take to begin to read a file. */
const READ_MS = 10_000

/** Saves content as a file, through the browser's download. */
export function saveBlob(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), READ_MS)
}

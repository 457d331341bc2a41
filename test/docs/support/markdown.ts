import { readFileSync } from 'node:fs'

/** The project's folder, with a slash at its end. */
export const ROOT = new URL('../../../', import.meta.url)

/** Reads a page of the documentation by its path from the project's folder. */
export function readPage(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

/** A heading of the second level with the text below it. */
export interface Section {
  title: string
  text: string
}

/** Splits a page at its headings of the second level. */
export function sections(page: string): Section[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n')
      return { title: part.slice(0, end).trim(), text: part.slice(end + 1) }
    })
}

/** Finds the section with this title. Throws when the page has none. */
export function section(page: string, title: string): Section {
  const found = sections(page).find((candidate) => candidate.title === title)
  if (!found) throw new Error(`the page has no section “${title}”`)
  return found
}

/** Returns the commands of a text: all its fenced `sh` blocks, in order. */
export function commands(text: string): string {
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1]).join('\n')
}

/** Returns the rows of all tables in a text without their heads, each cell trimmed. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n')
  const isRow = (line: string | undefined) => line?.startsWith('|') === true
  const isRule = (line: string | undefined) => /^\|[\s:|-]+\|$/.test(line ?? '')
  return lines
    .filter((line, i) => isRow(line) && !isRule(line) && !isRule(lines[i + 1]))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

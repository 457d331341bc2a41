/** Writes roff with the macros of man(7), which groff, man-db and mandoc format. */

const SPECIAL: Record<string, string> = {
  '\\': '\\(rs',
  // A bare hyphen may be shown as another character, and then a copied option does not work.
  '-': '\\-',
  '^': '\\(ha',
  '~': '\\(ti',
  '`': '\\(ga',
  "'": '\\(aq',
  '"': '\\(dq',
}

/** Escapes text, so that it appears as it is. The result is ASCII. */
export function escapeRoff(text: string): string {
  return text
    .replace(/[\\^~`'"-]/g, (character) => SPECIAL[character]!)
    .replace(/[^\n -~]/gu, (character) => {
      const code = character.codePointAt(0)!.toString(16).toUpperCase()
      return `\\[u${code.padStart(4, '0')}]`
    })
}

/** Returns escaped text in bold. */
export function bold(text: string): string {
  return `\\fB${escapeRoff(text)}\\fR`
}

/** Returns escaped text in italics, which stand for a placeholder. */
export function italic(text: string): string {
  return `\\fI${escapeRoff(text)}\\fR`
}

/** Formats help text: code in backticks is bold, and each sentence starts a line, as roff wants. */
export function prose(text: string): string {
  return text
    .replace(/(?<=[.?!]) (?=[\p{Lu}“`])/gu, '\n')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? escapeRoff(part) : bold(part)))
    .join('')
    .replace(/^\./gm, '\\&.')
}

/** Returns paragraphs. */
export function paragraphs(texts: readonly string[]): string {
  return texts.map(prose).join('\n.PP\n')
}

/** Returns a list of terms with their explanations. The terms are roff already. */
export function terms(rows: readonly (readonly [term: string, text: string])[]): string {
  return rows.map(([term, text]) => `.TP\n${term}\n${prose(text) || '\\&'}`).join('\n')
}

/** Returns a page: its title line, then its sections. Empty sections are left out. */
export function page(
  title: { name: string; version: string },
  sections: readonly (readonly [heading: string, body: string])[],
): string {
  const { name, version } = title
  const topic = escapeRoff(name.toUpperCase())
  const head = `.TH "${topic}" "1" "" "f2f\\-recorder ${version}" "User Commands"`
  const parts = sections
    .filter(([, body]) => body !== '')
    .map(([heading, body]) => `.SH "${escapeRoff(heading)}"\n${body}`)
  // Without hyphens at the end of lines, code can be copied.
  return `${[head, '.nh', '.ad l', ...parts].join('\n')}\n`
}

/** Returns references to pages of section 1. */
export function references(names: readonly string[]): string {
  return names
    .map((name, index) => `.BR ${escapeRoff(name)} (1)${index < names.length - 1 ? ',' : ''}`)
    .join('\n')
}

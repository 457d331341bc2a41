/** A piece of HTML in which every value is escaped. Only `html` and `joined` make one. */
export class Html {
  readonly text: string

  /** `text` is markup already. */
  constructor(text: string) {
    this.text = text
  }
}

/** A value in a template: texts and numbers are escaped, null is left out. */
export type HtmlValue = Html | string | number | null | readonly HtmlValue[]

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * Characters that nobody sees: controls, and those that turn the direction of the text around them,
 * so that a value could make its neighbours look like something else.
 */
const INVISIBLE =
  /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Builds HTML from a template. */
export function html(markup: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(markup.reduce((text, part, at) => text + toMarkup(values[at - 1] ?? null) + part))
}

/** Returns a text of somebody else: on one line, with what is invisible spelled out. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    if (character === '\n') return ' ↵ '
    if (character === '\t') return ' ⇥ '
    return `[U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`
  })
}

/** Returns a text of somebody else as HTML whose direction does not reach its neighbours. */
export function foreign(text: string): Html {
  return html`<bdi>${visible(text)}</bdi>`
}

function toMarkup(value: HtmlValue): string {
  if (value === null) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(toMarkup).join('')
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/**
 * Finds the numbers of payment cards in texts. They must not be stored: PCI DSS forbids it, and a
 * tag is kept in many places.
 */

/** Says, in answers to requests, that a text holds a card number. It never repeats the text. */
export const CARD_NUMBER_DETAIL =
  'This holds the number of a payment card. Such numbers are not stored: leave it out. `tags.allowCardNumbers` in config.json allows them.'

const MIN_DIGITS = 13
const MAX_DIGITS = 19

/** Spaces and dashes of any kind, as people put them between the digits of a card number. */
const SEPARATOR = String.raw`[\s\p{Pd}\u2212]`
/** Groups of digits, not after a plus: that is a telephone number. */
const DIGIT_GROUPS = new RegExp(String.raw`(?<![\d+])\d+(?:${SEPARATOR}{1,3}\d+)*`, 'gu')
const SEPARATORS = new RegExp(`${SEPARATOR}+`, 'gu')
const UUID = /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/g

/**
 * The beginnings and lengths of the numbers of each scheme. A number within other words must have
 * one of them, because a tenth of all numbers has the check digit of a card.
 */
const SCHEMES: readonly (readonly [beginning: RegExp, lengths: readonly number[]])[] = [
  [/^4/, [16, 19]], // Visa
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^3(?:0[0-5]|095|[689])/, [14, 16, 19]], // Diners Club
  [/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
  [/^(?:6011|64[4-9]|65)/, [16, 19]], // Discover
  [/^(?:62|81)/, [16, 17, 18, 19]], // UnionPay
  [/^(?:5[06-8]|6)/, [16, 18, 19]], // Maestro and national schemes
  [/^220[0-4]/, [16, 17, 18, 19]], // Mir
]

/** How card numbers are written in groups, as the lengths of the groups. */
const GROUPINGS = new Set(['4,4,4,4', '4,6,5', '4,6,4', '4,4,4,4,3', '4,4,4,4,2', '4,4,4,4,1'])

/**
 * Whether a value is the number of a payment card, or a text with one in it. A value that has 13 to
 * 19 digits, no more than spaces and dashes beside them, and the right check digit, is always one.
 */
export function holdsCardNumber(value: unknown): boolean {
  if (typeof value === 'number')
    return Number.isInteger(value) && isCardLike(String(Math.abs(value)))
  if (typeof value !== 'string' || value.length < MIN_DIGITS) return false
  const text = value.normalize('NFKC').replace(/\p{Cf}/gu, '')
  if (isCardLike(text.replace(SEPARATORS, ''))) return true
  const rest = text.replace(UUID, ';').replace(IBAN, withoutIban)
  for (const [run] of rest.matchAll(DIGIT_GROUPS)) {
    if (run.length >= MIN_DIGITS && holdsCardOfScheme(run)) return true
  }
  return false
}

/** Whether a text is 13 to 19 digits whose last is their check digit. */
function isCardLike(digits: string): boolean {
  if (!/^\d+$/.test(digits)) return false
  return digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS && hasCheckDigit(digits)
}

/** The check digit of ISO/IEC 7812-1, annex B. Zeros have one, too, but are no card. */
function hasCheckDigit(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    const doubled = digit * 2
    sum += index % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum > 0 && sum % 10 === 0
}

/** Whether all groups together, one of them, or some that are grouped like a card, are a card. */
function holdsCardOfScheme(run: string): boolean {
  const groups = run.split(SEPARATORS)
  for (let first = 0; first < groups.length; first++) {
    let digits = ''
    for (let last = first; last < groups.length && digits.length < MAX_DIGITS; last++) {
      digits += groups[last]
      const isAlone = first === last
      const isWhole = first === 0 && last === groups.length - 1
      const lengths = groups.slice(first, last + 1).map(({ length }) => length)
      if (!isAlone && !isWhole && !GROUPINGS.has(lengths.join())) continue
      if (hasScheme(digits) && isCardLike(digits)) return true
    }
  }
  return false
}

function hasScheme(digits: string): boolean {
  return SCHEMES.some(
    ([beginning, lengths]) => lengths.includes(digits.length) && beginning.test(digits),
  )
}

/** Removes an IBAN from the beginning of a text that looks like one, with words behind it. */
function withoutIban(text: string): string {
  const groups = text.split(' ')
  for (let count = groups.length; count > 0; count--) {
    if (isIban(groups.slice(0, count).join(''))) return [';', ...groups.slice(count)].join(' ')
  }
  return text
}

/** The check of ISO 13616: an IBAN with its first four characters at its end is 1 modulo 97. */
function isIban(compact: string): boolean {
  const moved = compact.slice(4) + compact.slice(0, 4)
  let rest = 0
  for (const character of moved) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

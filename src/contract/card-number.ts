/** Numbers of payment cards (ISO/IEC 7812-1): 13 to 19 digits, the last of which is a check digit. */

const FEWEST_DIGITS = 13
const MOST_DIGITS = 19
/** Spaces and dashes of any kind, which people write between the digits. */
const SEPARATORS = /[\s\p{Pd}]/gu
/**
 * A run of digits, with single separators, that begins neither within a longer number nor in a
 * telephone number (+) or an IBAN (ISO 13616). Something may follow, such as the month of expiry.
 */
const RUNS =
  /(?<![\p{L}\p{N}+]|\p{N}[\s\p{Pd}]|[A-Z]{2}\d{2}\s?)\d(?:[\s\p{Pd}]?\d){12,}(?![\p{L}\p{N}])/gu
/** How the numbers of the large card networks begin. */
const NETWORKS = /^(?:2[2-7]|3[0-9]|4|5[0-8]|6)/

/**
 * Whether a value is a card number, or is a text that has one among other words. Alone, any number
 * with the right length and check digit counts; among words, only one that begins like those of the
 * large networks, because other long numbers are common there.
 */
export function hasCardNumber(value: string | number | boolean): boolean {
  if (typeof value === 'boolean') return false
  const text = String(value).normalize('NFKC')
  if (isCardNumber(text.replaceAll(SEPARATORS, ''))) return true
  return [...text.matchAll(RUNS)].some(([run]) => beginsWithCard(run))
}

/** Whether the first groups of a run make the number of a card. */
function beginsWithCard(run: string): boolean {
  let digits = ''
  for (const group of run.split(SEPARATORS)) {
    digits += group
    if (NETWORKS.test(digits) && isCardNumber(digits)) return true
  }
  return false
}

function isCardNumber(digits: string): boolean {
  if (!/^\d+$/.test(digits)) return false
  return digits.length >= FEWEST_DIGITS && digits.length <= MOST_DIGITS && isLuhnValid(digits)
}

/** The check digit of ISO/IEC 7812-1, annex B. A number of zeros has one, too, but is no card's. */
function isLuhnValid(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 1 ? 2 * digit : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum > 0 && sum % 10 === 0
}

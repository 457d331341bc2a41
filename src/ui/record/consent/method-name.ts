import { t } from '../../i18n/texts.ts'

/** The ways of giving consent that the page offers, as the log names them. */
export const METHODS = ['spoken', 'signed', 'written'] as const
/** A way of giving consent that the page offers. */
export type Method = (typeof METHODS)[number]

/** Names the way in which consent was given. Clients may use words of their own. */
export function methodName(method: string): string {
  const known = METHODS.find((one) => one === method)
  return known ? t(`record.consent.method.${known}`) : method
}

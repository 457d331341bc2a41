import { signal } from '@preact/signals'

/** Whether the person has noted that the customer agrees to be recorded. */
export const hasConsent = signal(false)

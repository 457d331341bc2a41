import { createClient } from '../../client/client.ts'
import { fetchEarly } from './early-answer.ts'

/** The recorder that serves this page. */
export const recorder = createClient({ fetch: fetchEarly })

import { createClient } from '../../client/client.ts'

/** The recorder that serves this page. */
export const recorder = createClient()

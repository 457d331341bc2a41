import type { AuditKey, ConsistencyProof } from '../../../contract/audit-key.ts'

const ORIGIN = 'f2f-recorder/3f9a1c07d2b45e68'
const KEY = `${ORIGIN}+a4643a4f+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs`

const CHECKPOINT = `${ORIGIN}
2
cY+gNp10dQmbxstDJ+OCOklyKF+SvUmXGlg8nwj/to0=

— ${ORIGIN} pGQ6T8uU5qmnEiKMyR8Z3KTfFBz9vAlnDQ2T+S4omwUtO/nS7tGmz4cne5wth7rU9Y8g3hgECdc7OiIBi9J+mrNqew4=
`

const AUDIT_KEY: AuditKey = {
  origin: ORIGIN,
  key: KEY,
  keys: [{ key: KEY, from: 3, to: null, cause: 'created' }],
}

const HASH = '04uCOwcEJPyTA/9vIPTd7vbcMqoCx12cjDrkYGLHj2s='

/** The bodies of answers that let strangers verify the log, by operation. */
export const PROOF_EXAMPLES = {
  readCheckpoint: CHECKPOINT,
  readAuditKey: AUDIT_KEY,
  rotateAuditKey: AUDIT_KEY,
  readReceipt: `c2sp.org/tlog-proof@v1\nextra ZTA=\nindex 0\n${HASH}\n\n${CHECKPOINT}`,
  readConsistency: { from: 1, to: 2, hashes: [HASH] } satisfies ConsistencyProof,
}

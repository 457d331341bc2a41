/**
 * Bytes to keep free. Between two checks a full screen of moving pictures takes about 5 MB;
 * finishing files and LevelDB's compaction take about 50 MB. A desktop whose disk is quite full
 * fails in ways that nobody connects with the recorder.
 */
export const DEFAULT_RESERVE_BYTES = 256_000_000

/** The size of a thumbnail, which shows whether a screen is black. One byte a cell. */
export const THUMBNAIL = { width: 32, height: 18 } as const

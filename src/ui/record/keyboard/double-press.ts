/** Two presses within this time are one that was doubled, like a double click. Milliseconds. */
export const DOUBLE_PRESS_MS = 500

/** Keeps the screen on while it is wanted; browsers take the lock away whenever the page hides. */

let wanted = false;
/** @type {WakeLockSentinel | null} */
let lock = null;

async function update() {
  if (!('wakeLock' in navigator)) return;
  if (!wanted) {
    await lock?.release();
    lock = null;
  } else if (document.visibilityState === 'visible' && (lock === null || lock.released)) {
    // Refused on low battery: the page works on with the phone's own timeout.
    lock = await navigator.wakeLock.request('screen').catch(() => null);
    if (!wanted) await update();
  }
}

document.addEventListener('visibilitychange', () => void update());

/**
 * Say whether the screen should stay on.
 *
 * @param {boolean} on
 */
export function keepScreenOn(on) {
  if (wanted === on) return;
  wanted = on;
  void update();
}

/** Keeps the screen on while that is wanted. Browsers release the lock whenever the page is hidden. */

let wanted = false;
/** @type {WakeLockSentinel | null} */
let lock = null;

async function update() {
  if (!('wakeLock' in navigator)) return;
  if (!wanted) {
    await lock?.release();
    lock = null;
  } else if (document.visibilityState === 'visible' && (lock === null || lock.released)) {
    // Refused on low battery: then the phone's own timeout holds.
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

/**
 * Loads the page again when one of its scripts did not come. It runs before them and is no module, so
 * that it needs none of them.
 */
{
  const KEY = 'broadcaster.loads';
  /** After this long without a failure they are counted from the beginning. */
  const FORGET_MS = 60_000;
  const WAITS_MS = [1_000, 2_000, 5_000, 10_000, 15_000];

  /** How often in a row the page has failed, this time included. */
  const failures = () => {
    try {
      const { count, at } = JSON.parse(sessionStorage.getItem(KEY) ?? '{"count": 0, "at": 0}');
      const now = { count: Date.now() - at < FORGET_MS ? count + 1 : 1, at: Date.now() };
      sessionStorage.setItem(KEY, JSON.stringify(now));
      return now.count;
    } catch {
      return WAITS_MS.length; // Storage is forbidden: the longest wait, for ever.
    }
  };

  const noticeFailure = (/** @type {Event} */ { target }) => {
    if (!(target instanceof HTMLScriptElement) || !target.hasAttribute('data-page')) return;
    const waitMs = WAITS_MS[Math.min(failures(), WAITS_MS.length) - 1] ?? 0;
    setTimeout(() => location.reload(), waitMs * (1 + Math.random() / 2));
  };

  addEventListener('error', noticeFailure, true);
}

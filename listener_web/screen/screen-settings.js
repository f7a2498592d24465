/** The settings of a screen: those of its address, and those of the desk, which go before them. */

/**
 * @typedef {object} DeskSettings
 * @property {string[] | null} languages
 * @property {number | null} size
 * @property {number | null} lines
 * @property {boolean | null} blank
 */

/**
 * @typedef {object} ScreenSettings
 * @property {string[]} languages wanted channels, one or two
 * @property {number} size of the letters, in per cent of the shorter side
 * @property {number} lines of each language
 * @property {string} theme
 * @property {boolean} transparent
 * @property {string} position
 * @property {string} align
 * @property {string} layout
 * @property {number} safe margin in per cent
 * @property {string} qr corner
 * @property {number} clearS seconds after which captions leave; 0 for never
 * @property {string} name
 * @property {boolean} blank
 */

const THEMES = ['dark', 'light', 'bright-hall', 'dark-hall', 'yellow'];
const POSITIONS = ['bottom', 'middle', 'top'];
const ALIGNS = ['start', 'center'];
const LAYOUTS = ['rows', 'columns'];
const CORNERS = ['top-end', 'top-start', 'bottom-end', 'bottom-start', 'off'];
const LONGEST_NAME = 60;

/** For an overlay in a video mixer the captions leave when nobody speaks. */
const OVERLAY_CLEAR_S = 8;

/**
 * @param {URLSearchParams} query of the page's address
 * @returns {ScreenSettings}
 */
export function settingsOf(query) {
  const transparent = query.get('background') === 'transparent';
  const languages = (query.get('lang') ?? 'floor').split(',').map((tag) => tag.trim()).filter(Boolean);
  return {
    languages: [...new Set(languages)].slice(0, 2),
    size: number(query, 'size', 5, 2, 15),
    lines: Math.round(number(query, 'lines', transparent ? 2 : 6, 1, 12)),
    theme: choice(query, 'theme', THEMES),
    transparent,
    position: choice(query, 'position', POSITIONS),
    align: choice(query, 'align', transparent ? [...ALIGNS].reverse() : ALIGNS),
    layout: choice(query, 'layout', LAYOUTS),
    safe: number(query, 'safe', 5, 0, 15),
    qr: transparent && !query.has('qr') ? 'off' : choice(query, 'qr', CORNERS),
    clearS: number(query, 'clear', transparent ? OVERLAY_CLEAR_S : 0, 0, 600),
    name: (query.get('name') ?? '').trim().slice(0, LONGEST_NAME),
    blank: false,
  };
}

/**
 * @param {ScreenSettings} own
 * @param {DeskSettings} desk
 * @returns {ScreenSettings}
 */
export function withDesk(own, { languages, size, lines, blank }) {
  return {
    ...own,
    languages: languages ?? own.languages,
    size: size ?? own.size,
    lines: lines ?? own.lines,
    blank: blank ?? own.blank,
  };
}

/**
 * The id by which the desk knows a screen: made from its name, so that it stays after a new start of the
 * browser, or a random one that is kept with the tab.
 *
 * @param {string} name
 * @param {{recall: (key: string) => string | null, remember: (key: string, value: string) => void}} kept
 */
export function screenId(name, kept) {
  const fromName = name.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '').toLowerCase();
  if (fromName !== '' && fromName !== 'all') return fromName.slice(0, 40);
  const known = kept.recall('screen');
  if (known !== null) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  kept.remember('screen', made);
  return made;
}

/**
 * @param {URLSearchParams} query
 * @param {string} name
 * @param {readonly string[]} possible the usual one first
 */
function choice(query, name, possible) {
  const given = query.get(name) ?? '';
  return possible.includes(given) ? given : /** @type {string} */ (possible[0]);
}

/**
 * @param {URLSearchParams} query
 * @param {string} name
 * @param {number} usual
 * @param {number} min
 * @param {number} max
 */
function number(query, name, usual, min, max) {
  const given = query.get(name);
  const value = given === null || given.trim() === '' ? NaN : Number(given);
  return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : usual;
}

/** Says the verdicts of a sound check in the page's language, by the ids of the server. */
import { isKey, say } from './say.js';
import { languageName } from './written.js';

/** @typedef {import('../shared/sound-check.js').Verdict} Verdict */
/** @typedef {import('../shared/sound-check.js').Light} Light */

/** @param {Light} light */
export function lightWords(light) {
  return {
    green: say('checkGreen'),
    grey: say('checkGrey'),
    amber: say('checkAmber'),
    red: say('checkRed'),
  }[light];
}

/**
 * What was checked.
 *
 * @param {Verdict} verdict
 */
export function checkName({ check, values }) {
  const key = `checkName_${check}`;
  const name = isKey(key) ? say(key) : check;
  const { language, provider } = values;
  const spoken = typeof language === 'string' && language !== 'floor';
  const known = spoken ? say('checkNameOf', { name, language: languageName(language) }) : name;
  return typeof provider === 'string' ? say('checkNameOf', { name: known, language: provider }) : known;
}

/**
 * What was found, and the next step; the step is empty if there is nothing to do.
 *
 * @param {Verdict} verdict
 * @returns {[what: string, next: string]}
 */
export function checkWords({ check, problem, values, message, hint }) {
  const key = problem === '' ? `checkGood_${check}` : `check_${problem}`;
  const next = `${key}_next`;
  const given = { ...values, seconds: Number(values['latency_ms'] ?? 0) / 1_000 };
  return [isKey(key) ? say(key, shown(given)) : message, isKey(next) ? say(next) : hint];
}

/**
 * How well a language is translated.
 *
 * @param {import('../desk/api-types.js').Expectation} expected
 */
export function expectedWords({ translates, quality, chrf }) {
  const key = `check_translation_${translates === 'anything' ? quality : translates}`;
  return isKey(key) ? say(key, { chrf: String(Math.round(chrf ?? 0)) }) : '';
}

/** @param {Readonly<Record<string, string | number>>} values */
function shown(values) {
  const { format } = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: 1,
  });
  const gigabytes = format(Number(values['free_bytes'] ?? 0) / 1e9);
  return { ...values, seconds: format(Number(values['seconds'])), gigabytes };
}

/**
 * How the speaker sounds, in words for the speaker; empty if all is well.
 *
 * @param {Verdict} verdict
 */
export function speakerWords({ problem, light }) {
  const key = `checkSpeaker_${problem}`;
  return light !== 'green' && isKey(key) ? say(key) : '';
}

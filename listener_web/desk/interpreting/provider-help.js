/** Explains in the form of an event how the provider of this server interprets. */
import { getJson } from '../../shared/api.js';
import { say } from '../../i18n/say.js';

/**
 * @typedef {object} InterpreterFacts
 * @property {string} name of the provider
 * @property {boolean} phrases it also interprets phrase by phrase
 * @property {boolean} continuous_glossary its continuous interpreter follows the glossary
 * @property {boolean} continuous_voice its continuous interpreter has voices to choose from
 */

/** @returns {Promise<InterpreterFacts>} */
export function interpreterFacts() {
  return getJson('/api/interpreter');
}

/**
 * The words above the options of the languages.
 *
 * @param {InterpreterFacts} facts
 */
export function helpOf({ name, phrases, continuous_glossary }) {
  const how = phrases ? say('formHelpAutomatic') : say('formHelpContinuous', { provider: name });
  const otherwise = phrases ? 'formHelpGlossaryPhrases' : 'formHelpGlossaryIgnored';
  const glossary = say(continuous_glossary ? 'formHelpGlossaryFollowed' : otherwise);
  return [how, glossary, say('formHelpTerms')].join(' ');
}

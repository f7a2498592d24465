/** The choice of the language of an organizer's page: the computer of a venue is often in another one. */
import { h } from '../shared/dom.js';
import { ORGANIZER_LANGUAGES, rememberLanguage, say, wordsLanguage } from './say.js';

/** A list of the languages, each under its own name. The page is loaded again in the chosen one. */
export function languageChoice() {
  const select = h(
    'select',
    { class: 'input page-language', 'aria-label': say('pageLanguage') },
    ...ORGANIZER_LANGUAGES.map((tag) => h('option', { value: tag, lang: tag }, ownName(tag))),
  );
  select.value = wordsLanguage();
  select.addEventListener('change', () => {
    rememberLanguage(select.value);
    location.reload();
  });
  return select;
}

/** @param {string} tag */
function ownName(tag) {
  const name = new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

/** Fills the placeholders of a string. */

/**
 * @param {string | Record<string, string>} template a text, or its plural forms by `Intl.PluralRules`
 * @param {Record<string, string | number>} [values] by placeholder; `count` chooses the plural form
 * @param {string} [language] a tag
 */
export function format(template, values = {}, language = document.documentElement.lang) {
  let text = template;
  if (typeof text !== 'string') {
    const form = new Intl.PluralRules(language || 'en').select(Number(values.count));
    text = text[form] ?? text.other ?? '';
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

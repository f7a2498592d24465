/** Fills a string of the page: chooses its plural form, and replaces its placeholders. */

/**
 * The forms of a string that names a count, by the categories of `Intl.PluralRules`.
 *
 * @typedef {{other: string} & {[category in Intl.LDMLPluralRule]?: string}} PluralForms
 */

/**
 * The text of a string. A placeholder is a name in braces; one without a value stays as it is.
 *
 * @param {string | PluralForms} template plural forms are chosen by `values.count`
 * @param {Readonly<Record<string, string | number>>} values numbers are written as the language writes them
 * @param {string} language a BCP 47 tag
 * @returns {string}
 */
export function format(template, values = {}, language = document.documentElement.lang) {
  const text =
    typeof template === 'string' ? template : pluralForm(template, Number(values.count), language);
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => {
    const value = values[name];
    if (typeof value === 'number') return new Intl.NumberFormat(language).format(value);
    return value ?? placeholder;
  });
}

/**
 * @param {PluralForms} forms
 * @param {number} count
 * @param {string} language
 */
function pluralForm(forms, count, language) {
  return forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
}

/**
 * A name that may be written in the other direction than the sentence around it.
 *
 * @param {string} name
 */
export function isolated(name) {
  return `\u2068${name}\u2069`;
}

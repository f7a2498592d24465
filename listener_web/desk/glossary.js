/** Reads and writes glossaries: the lines of a field, pasted tables, and CSV files. */

/** @typedef {import('./api-types.js').Term} Term */
/** @typedef {{glossary: Term[], do_not_translate: string[]}} Glossary */

/**
 * The terms of a field's lines, `term = translation`. A term without one has an empty translation.
 *
 * @param {string} text
 */
export function termsOf(text) {
  return text
    .split('\n')
    .map((line) => {
      const [term = '', ...translation] = line.split('=');
      return { term: term.trim(), translation: translation.join('=').trim() };
    })
    .filter(({ term }) => term !== '');
}

/**
 * The glossary of all languages together. A term that no language translates stays as it is.
 *
 * @param {ReadonlyMap<string, string>} lines the lines of each language, by its tag
 * @returns {Glossary}
 */
export function joined(lines) {
  /** @type {Map<string, Term>} */
  const terms = new Map();
  /** @type {Set<string>} */
  const kept = new Set();
  for (const [tag, text] of lines) {
    for (const { term, translation } of termsOf(text)) {
      if (translation === '') {
        kept.add(term);
        continue;
      }
      const known = terms.get(term) ?? { text: term, translations: {} };
      known.translations[tag] = translation;
      terms.set(term, known);
    }
  }
  return { glossary: [...terms.values()], do_not_translate: [...kept] };
}

/**
 * The lines of one language's field. Names that stay as they are stand with the first language.
 *
 * @param {Glossary} glossary
 * @param {string} tag
 * @param {boolean} first
 */
export function linesOf({ glossary, do_not_translate }, tag, first) {
  const lines = glossary
    .filter(({ translations }) => translations[tag])
    .map(({ text, translations }) => `${text} = ${translations[tag]}`);
  return [...lines, ...(first ? do_not_translate : [])].join('\n');
}

/**
 * The cells of a table: CSV with commas or semicolons, or what a spreadsheet puts on the clipboard.
 * A cell in quotation marks may hold the separator, a quotation mark written twice, and line ends.
 *
 * @param {string} text
 * @returns {string[][]} rows that have a cell with text
 */
export function cellsOf(text) {
  const head = text.split('\n', 1)[0] ?? '';
  const separator = ['\t', ';'].find((mark) => head.includes(mark)) ?? ',';
  /** @type {string[][]} */
  const rows = [];
  let row = [''];
  let quoted = false;
  const clean = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  for (let at = 0; at < clean.length; at += 1) {
    const mark = clean.charAt(at);
    const cell = row[row.length - 1] ?? '';
    if (quoted && mark === '"' && clean.charAt(at + 1) === '"') {
      row[row.length - 1] = `${cell}"`;
      at += 1;
    } else if (mark === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (!quoted && mark === separator) row.push('');
    else if (!quoted && mark === '\n') {
      rows.push(row);
      row = [''];
    } else row[row.length - 1] = cell + mark;
  }
  rows.push(row);
  return rows
    .map((cells) => cells.map((cell) => cell.trim()))
    .filter((cells) => cells.some((cell) => cell !== ''));
}

/**
 * The glossary of a table. Its first row names the languages by their tags, after one cell.
 *
 * @param {string} text
 * @returns {Glossary}
 */
export function glossaryOf(text) {
  const [head = [], ...rows] = cellsOf(text);
  /** @type {Glossary} */
  const found = { glossary: [], do_not_translate: [] };
  for (const [term = '', ...cells] of rows) {
    if (term === '') continue;
    /** @type {Record<string, string>} */
    const translations = {};
    for (const [number, cell] of cells.entries()) {
      const tag = head[number + 1];
      if (tag && cell !== '') translations[tag] = cell;
    }
    if (Object.keys(translations).length > 0) found.glossary.push({ text: term, translations });
    else found.do_not_translate.push(term);
  }
  return found;
}

/**
 * The lines of a field for two pasted columns; null if the text is not such a table.
 *
 * @param {string} text
 */
export function pastedLines(text) {
  if (!text.includes('\t')) return null;
  const rows = cellsOf(text);
  if (rows.some((cells) => cells.length > 2)) return null;
  return rows.map(([term = '', translation = '']) =>
    translation === '' ? term : `${term} = ${translation}`,
  ).join('\n');
}

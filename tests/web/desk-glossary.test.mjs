// Glossaries of the desk: lines of a field, pasted tables and CSV files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellsOf,
  glossaryOf,
  joined,
  linesOf,
  pastedLines,
  termsOf,
} from '../../listener_web/desk/glossary.js';

const GLOSSARY = {
  glossary: [
    { text: 'sluice', translations: { es: 'esclusa', fr: 'écluse' } },
    { text: 'dam', translations: { fr: 'barrage' } },
  ],
  do_not_translate: ['AquaNet'],
};

test('a line is a term and perhaps its translation', () => {
  assert.deepEqual(termsOf(' sluice = esclusa \n\nAquaNet\n= nothing\na = b = c'), [
    { term: 'sluice', translation: 'esclusa' },
    { term: 'AquaNet', translation: '' },
    { term: 'a', translation: 'b = c' },
  ]);
});

test('a glossary survives the fields of its languages', () => {
  const lines = new Map(
    ['es', 'fr'].map((tag, number) => [tag, linesOf(GLOSSARY, tag, number === 0)]),
  );
  assert.equal(lines.get('es'), 'sluice = esclusa\nAquaNet');
  assert.equal(lines.get('fr'), 'sluice = écluse\ndam = barrage');
  assert.deepEqual(joined(lines), GLOSSARY);
});

for (const [name, text] of [
  ['commas', '\uFEFFterm,es,fr\r\nsluice,esclusa,écluse\r\nAquaNet\r\n\r\ndam,,barrage\r\n'],
  ['semicolons', 'term;es;fr\nsluice;esclusa;écluse\nAquaNet;;\ndam;;barrage'],
  ['tabs', 'term\tes\tfr\nsluice\tesclusa\técluse\nAquaNet\ndam\t\tbarrage\n'],
]) {
  test(`a table with ${name}`, () => assert.deepEqual(glossaryOf(text), GLOSSARY));
}

test('cells in quotation marks hold what they like', () => {
  assert.deepEqual(cellsOf('term,es\n"a, ""b""","c\nd"\n'), [
    ['term', 'es'],
    ['a, "b"', 'c\nd'],
  ]);
});

test('an empty file has no terms', () => {
  assert.deepEqual(glossaryOf(''), { glossary: [], do_not_translate: [] });
});

test('two columns from a spreadsheet become lines', () => {
  assert.equal(pastedLines('sluice\tesclusa\nAquaNet\t\n'), 'sluice = esclusa\nAquaNet');
  assert.equal(pastedLines('sluice = esclusa'), null);
  assert.equal(pastedLines('a\tb\tc'), null);
});

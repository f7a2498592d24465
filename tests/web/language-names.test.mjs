/** The languages of an event as a list, and the search in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inListOrder, isFound, named } from '../../listener_web/languages/language-names.js';

const channel = (id, name, english_name) => ({ id, name, english_name, dir: 'auto' });
const CHANNELS = [
  channel('floor', 'Original', 'Original'),
  channel('pl', 'Polski', 'Polish'),
  channel('pt-PT', 'Português (Portugal)', 'Portuguese (Portugal)'),
  channel('ja', '日本語', 'Japanese'),
  channel('pt-BR', 'Português (Brasil)', 'Portuguese (Brazil)'),
  channel('es', 'Español', 'Spanish'),
];
const list = (phone) => inListOrder(CHANNELS, phone).map(({ id }) => id);
const names = (phone, spoken) => {
  const words = { original: 'Original', spoken, phone };
  return Object.fromEntries(CHANNELS.map((one) => [one.id, named(one, words)]));
};

test("the phone's languages come first, then the original, then the others by name", () => {
  assert.deepEqual(list(['ja-JP', 'pl']), ['ja', 'pl', 'floor', 'es', 'pt-BR', 'pt-PT']);
  assert.deepEqual(list(['pt']), ['pt-BR', 'pt-PT', 'floor', 'es', 'pl', 'ja']);
  assert.deepEqual(list(['pt-PT']), ['pt-PT', 'pt-BR', 'floor', 'es', 'pl', 'ja']);
  assert.deepEqual(list(['sv']), ['floor', 'es', 'pl', 'pt-BR', 'pt-PT', 'ja']);
  assert.equal(CHANNELS[1].id, 'pl', 'the channels themselves stay in order');
});

test("the small name is in the phone's language, and left out where it says the same", () => {
  const inSpanish = names('es', 'en');
  assert.equal(inSpanish.ja.note, 'japonés');
  assert.equal(inSpanish.es.note, '');
  assert.equal(inSpanish.floor.note, 'inglés');
  assert.equal(names('en', undefined).floor.note, '');
});

test('a tag that the browser does not know has no small name', () => {
  const strange = channel('x-klingon', 'tlhIngan Hol', 'Klingon');
  assert.equal(named(strange, { original: 'Original', spoken: 'en', phone: 'es' }).note, '');
});

const SEARCHES = [
  ['', ['floor', 'pl', 'pt-PT', 'ja', 'pt-BR', 'es']],
  ['jap', ['ja']], // in English, and in the phone's language
  ['日', ['ja']],
  ['ESPANOL', ['es']],
  ['spanisch', ['es']],
  ['portu', ['pt-PT', 'pt-BR']],
  ['portu bra', ['pt-BR']],
  ['pt-br', ['pt-BR']],
  ['deutsch', ['floor']], // what the speaker speaks
  ['anish', []], // in the middle of a word
  [' pol ', ['pl']],
];

for (const [query, expected] of SEARCHES) {
  test(`“${query}” finds ${expected}`, () => {
    const found = Object.values(names('de', 'de')).filter((one) => isFound(one, query));
    assert.deepEqual(found.map((one) => one.channel.id), expected);
  });
}

/** The channel that suits a reader, and the language that the page is in. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { bestMatch, initialChannel } from '../../listener_web/i18n/languages.js';
import { LANGUAGES, localise } from '../../listener_web/i18n/localise.js';

const I18N = new URL('../../listener_web/i18n/', import.meta.url);

const MATCHES = [
  // wanted, offered, expected
  [['pt'], ['pt-PT', 'pt-BR'], 'pt-BR'], // CLDR: Portuguese is Brazil's unless said otherwise
  [['pt-PT'], ['pt-BR', 'pt-PT'], 'pt-PT'],
  [['pt-PT'], ['pt-BR'], 'pt-BR'],
  [['pt-BR'], ['es', 'pt'], 'pt'],
  [['zh-TW'], ['zh-Hans', 'zh-Hant'], 'zh-Hant'],
  [['zh-HK'], ['zh-Hans', 'zh-Hant'], 'zh-Hant'],
  [['zh-CN'], ['zh-Hant', 'zh-Hans'], 'zh-Hans'],
  [['zh'], ['zh-Hant', 'zh'], 'zh'],
  [['zh-Hant'], ['zh'], 'zh'],
  [['sr-Latn'], ['sr', 'sr-Latn-RS'], 'sr-Latn-RS'],
  [['ar-EG'], ['he', 'ar'], 'ar'],
  [['en-GB'], ['en-US', 'en-GB'], 'en-GB'],
  [['de-AT', 'fr'], ['fr', 'de'], 'de'], // the first wanted language that is served at all
  [['nl', 'fr-CA'], ['de', 'fr'], 'fr'],
  [['nl'], ['de', 'fr'], undefined],
  [[], ['de'], undefined],
  [['de'], [], undefined],
  [['floor'], ['es', 'floor'], 'floor'],
  [['not a tag', 'es-MX'], ['es'], 'es'],
];

for (const [wanted, offered, expected] of MATCHES) {
  test(`${wanted} of ${offered} is ${expected}`, () => {
    assert.equal(bestMatch(wanted, offered), expected);
  });
}

const channel = (id) => ({ id, name: id, english_name: id, dir: 'auto' });
const CHANNELS = ['floor', 'es', 'pt-BR', 'ar'].map(channel);

test('what was chosen goes before the link, and the link before the phone', () => {
  assert.equal(initialChannel(CHANNELS, ['ar', 'es'], ['pt']).id, 'ar');
  assert.equal(initialChannel(CHANNELS, [null, 'es'], ['pt']).id, 'es');
  assert.equal(initialChannel(CHANNELS, [null, null], ['pt']).id, 'pt-BR');
  assert.equal(initialChannel(CHANNELS, ['xx', null], ['ar-SA']).id, 'ar');
});

test('a reader whom no channel serves begins with the floor, or else with the first', () => {
  assert.equal(initialChannel(CHANNELS, [null, null], ['fi']).id, 'floor');
  assert.equal(initialChannel(CHANNELS.slice(1), [null, null], ['fi']).id, 'es');
});

/** The elements that `localise` fills. */
function fakePage(languages) {
  const root = { lang: '', dir: '' };
  const text = { textContent: '', getAttribute: () => 'listen' };
  const label = { label: '', getAttribute: () => 'volume', setAttribute: (_, v) => (label.label = v) };
  const found = { '[data-text]': [text], '[data-label]': [label] };
  globalThis.document = { documentElement: root, querySelectorAll: (selector) => found[selector] };
  Object.defineProperty(globalThis, 'navigator', { value: { languages }, configurable: true });
  return { root, text, label };
}

const PAGES = [
  [['ar-EG'], 'ar', 'rtl'],
  [['pt-PT'], 'pt-PT', 'ltr'],
  [['pt-BR'], 'pt', 'ltr'],
  [['zh-TW'], 'zh-Hant', 'ltr'],
  [['zh-HK'], 'zh-Hant', 'ltr'],
  [['zh'], 'zh-Hans', 'ltr'],
  [['iw'], 'he', 'rtl'],
  [['fa-IR'], 'fa', 'rtl'],
  [['ur'], 'ur', 'rtl'],
  [['eo', 'de-CH'], 'de', 'ltr'],
  [['eo'], 'en', 'ltr'],
  [[], 'en', 'ltr'],
];

const readStrings = async (language) =>
  JSON.parse(await readFile(new URL(`${language}.json`, I18N), 'utf8'));
const FILES = (await readdir(I18N)).filter((name) => name.endsWith('.json'));

/** Answers requests for files of strings, except those for the missing ones. */
function serveStrings(missing = []) {
  globalThis.fetch = async (path) => {
    const language = /^\/static\/i18n\/(.+)\.json$/.exec(path)[1];
    if (missing.includes(language)) throw new TypeError('network');
    return Response.json(await readStrings(language));
  };
}

for (const [wanted, language, direction] of PAGES) {
  test(`the page for [${wanted}] is in ${language}, ${direction}`, async () => {
    const { root, text, label } = fakePage(wanted);
    serveStrings();
    const strings = await localise();
    const expected = await readStrings(language);
    assert.deepEqual(strings, expected);
    assert.deepEqual([root.lang, root.dir], [language, direction]);
    assert.deepEqual([text.textContent, label.label], [expected.listen, expected.volume]);
  });
}

test('the page is in English when the reader\'s language does not come', async (t) => {
  t.mock.method(console, 'warn', () => {});
  const { root, text } = fakePage(['ar']);
  serveStrings(['ar']);
  await localise();
  assert.deepEqual([root.lang, root.dir], ['en', 'ltr']);
  assert.equal(text.textContent, 'Listen');
});

test('English is asked for until it comes', async (t) => {
  t.mock.method(console, 'warn', () => {});
  fakePage(['en']);
  serveStrings(['en']);
  setTimeout(() => serveStrings(), 300);
  assert.equal((await localise()).listen, 'Listen');
});

test('every file of strings is offered, and every offered language has one', () => {
  assert.deepEqual([...FILES].sort(), LANGUAGES.map((language) => `${language}.json`).sort());
});

/** The pages' strings: complete in every language, and written as the language is written. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { LANGUAGES } from '../../listener_web/i18n/localise.js';
import { ORGANIZER_LANGUAGES } from '../../listener_web/i18n/say.js';

const WEB = new URL('../../listener_web/', import.meta.url);
const read = (path) => readFile(new URL(path, WEB), 'utf8');
const readStrings = async (file) => JSON.parse(await read(`i18n/${file}.json`));
const ENGLISH = await readStrings('en');
const ORGANIZER_ENGLISH = await readStrings('organizer/en');

/** Every file with the English one that it translates, and its language. */
const FILES = [
  ...LANGUAGES.map((language) => ({ file: language, language, english: ENGLISH })),
  ...ORGANIZER_LANGUAGES.map((language) => ({
    file: `organizer/${language}`,
    language,
    english: ORGANIZER_ENGLISH,
  })),
];

/** What each language puts around the words of a button. */
const QUOTES = {
  '“”': 'da en ga id hi bn lv mt pt sw th tr vi zh-Hans',
  '„“': 'bg cs de et lt sk sl',
  '„”': 'hr hu pl ro',
  '«»': 'ar el es fa fr it pt-PT ru uk',
  '””': 'fi he sv',
  '”“': 'ur',
  '‘’': 'ko nl',
  '「」': 'ja zh-Hant',
};
const QUOTES_OF = new Map(
  Object.entries(QUOTES).flatMap(([pair, languages]) =>
    languages.split(' ').map((language) => [language, pair]),
  ),
);

/** What an element names its string by, and the attribute that the string fills. */
const ATTRIBUTES = {
  'data-label': 'aria-label',
  'data-placeholder': 'placeholder',
  'data-title': 'title',
};

/** The texts of a string, by plural category; a string without plural forms is its own `other`. */
const formsOf = (string) => (typeof string === 'string' ? { other: string } : string);
const placeholdersOf = (text) => new Set(text.match(/\{\w*\}/g));
const namedIn = (string) =>
  new Set(Object.values(formsOf(string)).flatMap((text) => [...placeholdersOf(text)]));

/** Whether a category of a language is that of one number alone, so that words can say the number. */
function saysTheNumber(language, category) {
  const rules = new Intl.PluralRules(language);
  const numbers = Array.from({ length: 200 }, (_, number) => number);
  return numbers.filter((number) => rules.select(number) === category).length === 1;
}

/** Each reason why a string cannot stand for the English one, as a sentence. */
function* faultsOf(language, english, string) {
  const plural = typeof english !== 'string';
  if (plural !== (typeof string !== 'string')) {
    yield plural ? 'has no plural forms' : 'has plural forms, and the English one has none';
    return;
  }
  if (plural) {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const given = Object.keys(string);
    if ([...given].sort().join() !== [...wanted].sort().join()) {
      yield `has the forms ${given}, not ${wanted}`;
    }
  }
  const named = namedIn(english);
  for (const [category, text] of Object.entries(formsOf(string))) {
    const own = placeholdersOf(text);
    for (const name of own) if (!named.has(name)) yield `has ${name} in “${text}”`;
    for (const name of named) {
      const said = name === '{count}' && plural && saysTheNumber(language, category);
      if (!own.has(name) && !said) yield `lacks ${name} in “${text}”`;
    }
    yield* oddities(language, text);
  }
}

/** What a typesetter would mark in a text. */
function* oddities(language, text) {
  if (text.trim() === '') yield 'is empty';
  if (text !== text.trim()) yield `has a space at its beginning or end: “${text}”`;
  if (/ {2}|\n|\t/.test(text)) yield `has a wide space or a line break: “${text}”`;
  if (text.includes('..')) yield `has dots instead of …: “${text}”`;
  if (/ [;:!?»…]|« /.test(text)) yield `can break a line before a mark: “${text}”`;
  if (/["']/.test(text)) yield `has straight quotes: “${text}”`;
  const [opening, closing] = QUOTES_OF.get(language);
  // ’ is an apostrophe as well.
  const quotes = text.match(/[«»„“”‚‘「」『』‹›]/g) ?? [];
  const foreign = quotes.filter((quote) => quote !== opening && quote !== closing);
  if (foreign.length > 0) yield `has ${foreign.join(' ')}, not ${opening}…${closing}: “${text}”`;
  const even = text.split(opening).length === text.split(closing).length;
  if (closing !== '’' && !even) yield `has a quotation that does not end: “${text}”`;
}

for (const { file, language, english } of FILES) {
  test(`the strings in ${file} are complete and well written`, async () => {
    const { _review, ...strings } = await readStrings(file);
    const keys = (await read(`i18n/${file}.json`)).match(/^ {2}"\w+":/gm);
    assert.equal(new Set(keys).size, keys.length, 'a key is there twice');
    assert.deepEqual(Object.keys(strings).sort(), Object.keys(english).sort());
    const faults = Object.entries(strings).flatMap(([key, string]) =>
      [...faultsOf(language, english[key], string)].map((fault) => `${key} ${fault}`),
    );
    assert.deepEqual(faults, []);
  });
}

test('a translation says first who has read it', async () => {
  for (const { file } of FILES.filter(({ language }) => language !== 'en')) {
    const [[first, review]] = Object.entries(await readStrings(file));
    assert.equal(first, '_review', file);
    assert.match(review, /\.$/, file);
  }
});

test('every file of strings is one of a language that can be chosen', async () => {
  for (const [folder, languages] of [
    ['i18n/', LANGUAGES],
    ['i18n/organizer/', ORGANIZER_LANGUAGES],
  ]) {
    const files = (await readdir(new URL(folder, WEB))).filter((name) => name.endsWith('.json'));
    assert.deepEqual(files.sort(), languages.map((language) => `${language}.json`).sort());
  }
});

test('a fault in a translation is found', () => {
  const faults = (language, string) => [...faultsOf(language, ENGLISH.headphones, string)];
  assert.deepEqual(faults('de', 'Kopfhörer aufsetzen'), []);
  assert.match(faults('de', 'Tippen Sie auf “Zuhören”')[0], /not „…“/);
  assert.match(faults('de', 'Tippen Sie auf „Zuhören')[0], /does not end/);
  assert.match(faults('de', 'Kopfhörer {count}')[0], /has \{count\}/);
  assert.match(faults('de', 'Kopfhörer...')[0], /dots/);
  assert.match(faults('de', ' Kopfhörer')[0], /space/);
  assert.match(faults('fr', 'Un casque ?')[0], /break a line/);
  assert.match(faults('de', '')[0], /empty/);
  assert.match(faults('de', { other: 'Kopfhörer' })[0], /plural forms/);
});

for (const [path, english] of [
  ['attendee/attendee.html', ENGLISH],
  ['desk/desk.html', ORGANIZER_ENGLISH],
  ['stage/stage.html', ORGANIZER_ENGLISH],
  ['poster/poster.html', ORGANIZER_ENGLISH],
]) {
  test(`${path} begins with the English strings`, async () => {
    const page = await read(path);
    const said = [...page.matchAll(/data-text="(\w+)"[^>]*>([^<]*)</g)];
    for (const [name, target] of Object.entries(ATTRIBUTES)) {
      for (const [tag, key] of page.matchAll(new RegExp(`<[^>]*${name}="(\\w+)"[^>]*>`, 'g'))) {
        said.push([tag, key, new RegExp(`\\s${target}="([^"]*)"`).exec(tag)?.[1]]);
      }
    }
    assert.ok(said.length > 0);
    for (const [tag, key, text] of said) {
      assert.ok(key in english, tag);
      if (text !== '') assert.equal(text?.replace(/\s+/g, ' ').trim(), english[key], tag);
    }
  });
}

/** Plural forms and placeholders of the page's strings. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format } from '../../listener_web/i18n/format.js';

const SECONDS = {
  en: { one: '{count} second', other: '{count} seconds' },
  ar: {
    zero: 'بلا ثوانٍ',
    one: 'ثانية واحدة',
    two: 'ثانيتان',
    few: '{count} ثوانٍ',
    many: '{count} ثانية',
    other: '{count} ثانية',
  },
  ga: {
    one: '{count} soicind',
    two: '{count} shoicind',
    few: '{count} shoicind',
    many: '{count} soicind',
    other: '{count} soicind',
  },
  ja: { other: '{count} 秒' },
  pl: {
    one: '{count} sekunda',
    few: '{count} sekundy',
    many: '{count} sekund',
    other: '{count} sekundy',
  },
  ru: {
    one: '{count} секунда',
    few: '{count} секунды',
    many: '{count} секунд',
    other: '{count} секунды',
  },
};

const COUNTS = [
  ['en', 0, '0 seconds'],
  ['en', 1, '1 second'],
  ['en', 1.5, '1.5 seconds'],
  ['en', 1200, '1,200 seconds'],
  ['ar', 0, 'بلا ثوانٍ'],
  ['ar', 1, 'ثانية واحدة'],
  ['ar', 2, 'ثانيتان'],
  ['ar', 3, `${new Intl.NumberFormat('ar').format(3)} ثوانٍ`],
  ['ar', 11, `${new Intl.NumberFormat('ar').format(11)} ثانية`],
  ['ar', 100, `${new Intl.NumberFormat('ar').format(100)} ثانية`],
  ['ga', 2, '2 shoicind'],
  ['ga', 7, '7 soicind'],
  ['ja', 1, '1 秒'],
  ['ja', 5, '5 秒'],
  ['pl', 1, '1 sekunda'],
  ['pl', 3, '3 sekundy'],
  ['pl', 5, '5 sekund'],
  ['pl', 22, '22 sekundy'],
  ['pl', 1.5, '1,5 sekundy'],
  ['ru', 21, '21 секунда'],
  ['ru', 24, '24 секунды'],
  ['ru', 11, '11 секунд'],
];

for (const [language, count, expected] of COUNTS) {
  test(`${count} seconds in ${language}`, () => {
    assert.equal(format(SECONDS[language], { count }, language), expected);
  });
}

test('the form `other` stands in for a missing one', () => {
  assert.equal(format({ other: '{count} sekund' }, { count: 3 }, 'pl'), '3 sekund');
  assert.equal(format({ one: 'one', other: 'some' }, {}, 'en'), 'some');
});

test('placeholders take any number of values, and text goes in as it is', () => {
  const template = '{title} – {channel}, {title}';
  const values = { title: 'A $& {channel}', channel: 'Español' };
  assert.equal(format(template, values, 'en'), 'A $& {channel} – Español, A $& {channel}');
  assert.equal(format('{unknown}', {}, 'en'), '{unknown}');
  assert.equal(format('No placeholder', { count: 1 }, 'en'), 'No placeholder');
});

test('numbers are written as the language writes them', () => {
  assert.equal(format('{part} of {whole}', { part: 0.5, whole: 12_345 }, 'de'), '0,5 of 12.345');
  assert.equal(format('{code}', { code: '12345' }, 'de'), '12345');
});

test('the language is the page\'s unless another one is asked for', () => {
  globalThis.document = { documentElement: { lang: 'pl' } };
  assert.equal(format(SECONDS.pl, { count: 5 }), '5 sekund');
});

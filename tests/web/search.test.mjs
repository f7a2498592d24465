/** Words of a search: folded, found in a text, and stepped through. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fold, placesOf } from '../../listener_web/reading/fold.js';
import { Results } from '../../listener_web/reading/search.js';

const cases = JSON.parse(readFileSync(new URL('folded.json', import.meta.url), 'utf8'));

for (const [text, spaced, folded] of cases) {
  test(`“${text}” is compared as the server compares it`, () =>
    assert.equal(fold(text, spaced).text.trim(), folded));
}

for (const [text, query, spaced, found] of [
  ['El agua y el Água', 'agua', true, ['agua', 'Água']],
  ['Straße', 'STRASSE', true, []],
  ['Straße', 'straße', true, ['Straße']],
  ['Cafe\u0301 solo', 'café', true, ['Cafe\u0301']],
  ['no conoce\nfronteras', 'conoce  fronteras', true, ['conoce\nfronteras']],
  ['水は\n国境を', 'は国', false, ['は\n国']],
  ['Ｗａｔｅｒ', 'water', true, ['Ｗａｔｅｒ']],
  ['مَاء', 'ماء', true, ['مَاء']],
  ['が', 'か', false, []],
  ['aaa', 'aa', true, ['aa']],
  ['anything', '  ', true, []],
  ['👩‍🔬 agua', 'agua', true, ['agua']],
]) {
  test(`“${query}” in “${text}”`, () =>
    assert.deepEqual(
      placesOf(text, query, spaced).map(([from, to]) => text.slice(from, to)),
      found,
    ));
}

test('the newest place is the first, and steps go around', () => {
  const results = new Results({ matches: [{ id: '1-0' }, { id: '2-0' }, { id: '3-0' }], more: true });
  assert.equal(results.position, 3);
  assert.equal(results.move(-1).id, '2-0');
  assert.equal(results.move(1).id, '3-0');
  assert.equal(results.move(1).id, '1-0');
  assert.equal(results.move(-1).id, '3-0');
});

test('nothing that was found has no place', () => {
  const results = new Results({ matches: [], more: false });
  assert.equal(results.current, null);
  assert.equal(results.move(1), null);
});

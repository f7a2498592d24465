// The desk's list and form: what is found, in which order, and what a save sends.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { changed, conflicts } from '../../listener_web/desk/event-form.js';
import { compare, groupOf, matches } from '../../listener_web/desk/event-list.js';
import { useWords } from '../../listener_web/i18n/say.js';

const ENGLISH = new URL('../../listener_web/i18n/organizer/en.json', import.meta.url);
useWords(JSON.parse(await readFile(ENGLISH, 'utf8')));

const EVENT = {
  id: 'talk-k7f2qx',
  code: 'K7F2QX',
  title: 'Water for everyone',
  state: 'open',
  version: 3,
  starts_at: null,
  notice: null,
  languages: [
    {
      tag: 'es',
      name: 'Español',
      english_name: 'Spanish',
      interpreter: 'auto',
      always: false,
      voice: null,
    },
  ],
};

test('a search finds title, code, address and languages, all words of it', () => {
  for (const search of ['', 'water', 'WATER span', 'k7f2', 'español everyone', 'es']) {
    assert.ok(matches(EVENT, search), search);
  }
  for (const search of ['fire', 'water french']) assert.ok(!matches(EVENT, search), search);
});

test('events are sorted by state, start or title', () => {
  const events = [
    { ...EVENT, id: 'a', title: 'Talk 10', state: 'closed' },
    { ...EVENT, id: 'b', title: 'Talk 9', starts_at: '2026-11-27T14:00:00Z' },
    { ...EVENT, id: 'c', title: 'Talk 11', state: 'live', starts_at: '2026-11-27T13:00:00Z' },
    { ...EVENT, id: 'd', title: 'Talk 1' },
  ];
  const order = (by) => [...events].sort((a, b) => compare(a, b, by)).map(({ id }) => id).join('');
  assert.equal(order('state'), 'cbda');
  assert.equal(order('start'), 'cbda');
  assert.equal(order('title'), 'dbac');
});

test('events are grouped by state or day', () => {
  assert.equal(groupOf(EVENT, ''), '');
  assert.equal(groupOf(EVENT, 'state'), 'Open, not live yet');
  assert.equal(groupOf(EVENT, 'day'), 'Without a planned start');
  assert.match(groupOf({ ...EVENT, starts_at: '2026-11-27T12:00:00Z' }, 'day'), /November 27, 2026/);
});

test('a save sends what was changed and nothing else', () => {
  const languages = [{ tag: 'es', interpreter: 'auto', always: false, voice: null }];
  const values = { title: 'Water for everyone', languages, notice: 'Lunch' };
  assert.deepEqual(changed(values, EVENT), { notice: 'Lunch' });
  const more = { ...values, languages: [{ ...languages[0], always: true }] };
  assert.deepEqual(Object.keys(changed(more, EVENT)), ['languages', 'notice']);
});

test('only a field that both have changed differently needs a decision', () => {
  const patch = { title: 'Mine', notice: 'Lunch' };
  assert.deepEqual(conflicts(patch, EVENT, { ...EVENT, starts_at: '2026-11-27T12:00:00Z' }), []);
  assert.deepEqual(conflicts(patch, EVENT, { ...EVENT, notice: 'Lunch' }), []);
  assert.deepEqual(conflicts(patch, EVENT, { ...EVENT, title: 'Theirs' }), ['title']);
});

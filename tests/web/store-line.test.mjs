/** The desk's alert about the store. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { alertOf, gigabytes } from '../../listener_web/desk/store-line.js';
import { useWords } from '../../listener_web/i18n/say.js';

const ENGLISH = new URL('../../listener_web/i18n/organizer/en.json', import.meta.url);
useWords(JSON.parse(await readFile(ENGLISH, 'utf8')));

const WELL = {
  ready: true,
  message: '',
  hint: '',
  errors: 0,
  waiting: 0,
  lost: 0,
  free_bytes: 52_000_000_000,
  low_space: false,
};
const FULL = { ready: false, message: 'there is no space left', hint: 'Make space.' };

test('a store that works needs no alert', () => {
  assert.equal(alertOf(WELL), null);
  assert.equal(alertOf({ ...WELL, errors: 3, free_bytes: null }), null);
});

test('a store that fails is named with the way out and what is not kept', () => {
  assert.deepEqual(alertOf({ ...WELL, ...FULL }), ['There is no space left', 'Make space.']);
  assert.deepEqual(alertOf({ ...WELL, ...FULL, waiting: 4, lost: 2 }), [
    'There is no space left',
    'Make space. Not stored yet: 4. Lost: 2.',
  ]);
});

test('a disk that is nearly full is told while it still works', () => {
  const [what] = alertOf({ ...WELL, free_bytes: 300_000_000, low_space: true }) ?? [];
  assert.equal(what, 'The disk is nearly full: 0.3 GB free');
});

test('what was lost stays on the desk', () => {
  assert.deepEqual(alertOf({ ...WELL, lost: 2 }), ['The store works again', 'Lost: 2.']);
});

test('free space is in gigabytes', () => {
  assert.equal(gigabytes(52_340_000_000), '52.3 GB');
  assert.equal(gigabytes(null), '');
});

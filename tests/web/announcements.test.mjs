/** Announcements: what a phone remembers of them, and when one has ended. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ShownHere } from '../../listener_web/announcements/shown-here.js';
import { useWords } from '../../listener_web/i18n/say.js';
import { speechWords } from '../../listener_web/desk/announcements/announcement-speech.js';
import { stateOf } from '../../listener_web/desk/announcements/announcement-item.js';

const ENGLISH = new URL('../../listener_web/i18n/organizer/en.json', import.meta.url);
useWords(JSON.parse(await readFile(ENGLISH, 'utf8')));

const announced = (changes = {}) => ({
  speak: true,
  speak_until: '2026-11-28T12:02:00Z',
  state: 'active',
  speech: {},
  ...changes,
});
const NOON = Date.parse('2026-11-28T12:00:00Z');

const lunch = (version = 1) => ({ id: 'a1', version, text: 'Lunch', lang: 'en', urgent: false });

function phone(remembered = null) {
  const kept = { text: remembered };
  return [new ShownHere(remembered, (text) => (kept.text = text)), kept];
}

test('one that was dismissed stays dismissed over a reload, until it is corrected', () => {
  const [before, kept] = phone();
  assert.deepEqual(before.left([lunch()]), [lunch()]);
  before.dismiss(lunch());
  assert.deepEqual(before.left([lunch()]), []);
  const [after] = phone(kept.text);
  assert.deepEqual(after.left([lunch()]), []);
  assert.deepEqual(after.left([lunch(2)]), [lunch(2)]);
});

test('a phone counts once for each version and step, also over a reload', () => {
  const [before, kept] = phone();
  assert.equal(before.isFirst(lunch(), 'received'), true);
  assert.equal(before.isFirst(lunch(), 'received'), false);
  assert.equal(before.isFirst(lunch(), 'shown'), true);
  const [after] = phone(kept.text);
  assert.equal(after.isFirst(lunch(), 'shown'), false);
  assert.equal(after.isFirst(lunch(2), 'shown'), true);
});

test('a phone remembers a limited number, and begins again after a text that it cannot read', () => {
  const [here, kept] = phone('{broken');
  for (let number = 0; number < 100; number++) here.dismiss({ ...lunch(), id: String(number) });
  assert.equal(JSON.parse(kept.text).length, 60);
  assert.deepEqual(here.left([{ ...lunch(), id: '99' }]), []);
  assert.equal(here.left([{ ...lunch(), id: '0' }]).length, 1);
});

test('the desk sees by itself that one has ended', () => {
  const one = { state: 'active', expires_at: '2026-11-28T12:00:00Z' };
  const endMs = Date.parse(one.expires_at);
  assert.equal(stateOf(one, endMs - 1), 'active');
  assert.equal(stateOf(one, endMs), 'expired');
  assert.equal(stateOf({ ...one, state: 'withdrawn' }, endMs), 'withdrawn');
});

test('the desk says where one was spoken, where it waits, and why it was not spoken', () => {
  const speech = {
    es: { state: 'spoken', reason: '' },
    fr: { state: 'waiting', reason: 'human_on_air' },
    de: { state: 'unspoken', reason: 'no_text' },
    it: { state: 'speaking', reason: '' },
    nl: { state: 'unspoken', reason: 'of a later version' },
  };
  const tags = ['es', 'fr', 'de', 'it', 'nl', 'pl'];
  assert.equal(
    speechWords(announced({ speech }), tags, NOON),
    'Spoken: Spanish · Waiting to be spoken: French (a human interpreter is on air), Italian, and Polish · ' +
      'Not spoken: German (no text in this language) and Dutch',
  );
});

test('a language that nobody listened to until the end was not spoken', () => {
  const late = NOON + 121_000;
  assert.equal(speechWords(announced(), ['es'], late), 'Not spoken: Spanish (nobody listened)');
  assert.equal(
    speechWords(announced({ state: 'withdrawn' }), ['es'], NOON),
    'Not spoken: Spanish (nobody listened)',
  );
  assert.equal(speechWords(announced({ speak: false }), ['es'], NOON), '');
});

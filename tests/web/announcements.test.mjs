/** Announcements: what a phone remembers of them, and when one has ended. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShownHere } from '../../listener_web/announcements/shown-here.js';
import { stateOf } from '../../listener_web/desk/announcements/announcement-item.js';

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

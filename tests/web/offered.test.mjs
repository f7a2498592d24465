/** Languages that the organizer adds while attendees have the page open. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areAll, joinedChannels } from '../../listener_web/languages/offered.js';

const channel = (id) => ({ id, name: id, english_name: id, dir: 'ltr' });
const [floor, es, fr] = ['floor', 'es', 'fr'].map(channel);

test('a channel that was there before stays the same object', () => {
  const joined = joinedChannels([floor, es], [channel('floor'), fr, channel('es')]);
  assert.deepEqual(joined.map(({ id }) => id), ['floor', 'fr', 'es']);
  assert.equal(joined[0], floor);
  assert.equal(joined[2], es);
});

test('added and removed channels are noticed, and another order is none', () => {
  assert.ok(areAll([floor, es], ['es', 'floor']));
  assert.ok(!areAll([floor, es], ['floor', 'es', 'fr']));
  assert.ok(!areAll([floor, es], ['floor']));
});

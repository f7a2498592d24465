/** The choice of what is heard and what is read: made together, apart, or not at all. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  channelAt,
  choose,
  initialChannels,
  link,
  recallChoice,
  rememberChoice,
  soundOf,
  targetsOf,
} from '../../listener_web/languages/choice.js';

const CHANNELS = ['floor', 'es', 'ja', 'ar'].map((id) => ({
  id,
  name: id,
  english_name: id,
  dir: 'ltr',
}));
const [floor, es, ja, ar] = CHANNELS;
const CHOICE = {
  hear: es,
  read: es,
  second: null,
  linked: true,
  captionsOnly: false,
  floorLevel: 'off',
  lessData: false,
};
const UNKNOWN = {
  hear: null,
  read: null,
  second: null,
  askedHear: null,
  askedRead: null,
  askedBoth: null,
  phone: ['fr'],
};

class FakeStorage {
  #items = new Map();
  getItem = (key) => this.#items.get(key) ?? null;
  setItem = (key, value) => this.#items.set(key, value);
}

beforeEach(() => {
  for (const name of ['localStorage', 'sessionStorage']) {
    const storage = new FakeStorage();
    Object.defineProperty(globalThis, name, { get: () => storage, configurable: true });
  }
});

const ids = ({ hear, read, second, linked }) => [hear.id, read.id, second?.id ?? null, linked];

test('linked, one choice is heard and read', () => {
  assert.deepEqual(targetsOf(CHOICE), ['both', 'second']);
  assert.equal(channelAt(CHOICE, 'both'), es);
  assert.deepEqual(ids(choose(CHOICE, 'both', ja)), ['ja', 'ja', null, true]);
});

test('parted, each is chosen for itself', () => {
  const parted = link(CHOICE, false);
  assert.deepEqual(targetsOf(parted), ['hear', 'read', 'second']);
  assert.deepEqual(ids(choose(parted, 'hear', ja)), ['ja', 'es', null, false]);
  assert.deepEqual(ids(choose(parted, 'read', ja)), ['es', 'ja', null, false]);
});

test('joined again, what is heard is read, or what is read is heard by a reader', () => {
  const parted = choose(link(CHOICE, false), 'read', ja);
  assert.deepEqual(ids(link(parted, true)), ['es', 'es', null, true]);
  assert.deepEqual(ids(link({ ...parted, captionsOnly: true }, true)), ['ja', 'ja', null, true]);
});

test('nothing is read twice', () => {
  assert.deepEqual(ids(choose(CHOICE, 'second', es)), ['es', 'es', null, true]);
  const both = choose(CHOICE, 'second', ar);
  assert.deepEqual(ids(both), ['es', 'es', 'ar', true]);
  assert.deepEqual(ids(choose(both, 'both', ar)), ['ar', 'ar', null, true]);
  assert.deepEqual(ids(choose(both, 'second', null)), ['es', 'es', null, true]);
});

test('only the second language can be none', () => {
  assert.equal(choose(CHOICE, 'both', null), CHOICE);
});

test('with captions only there is nothing to choose for the ear', () => {
  for (const linked of [true, false]) {
    assert.deepEqual(targetsOf({ ...CHOICE, linked, captionsOnly: true }), ['read', 'second']);
  }
  const reading = choose({ ...CHOICE, captionsOnly: true }, 'read', ja);
  assert.deepEqual(ids(reading), ['ja', 'ja', null, true]);
});

test('a level of the original is part of the address, except of the original itself', () => {
  const variants = (channel, lessData) =>
    ['off', 'quiet', 'even'].map((floorLevel) => soundOf(channel, { floorLevel, lessData }));
  assert.deepEqual(variants('es', false), ['es', 'es+floor', 'es+evenfloor']);
  assert.deepEqual(variants('es', true), ['es+low', 'es+floor+low', 'es+evenfloor+low']);
  assert.deepEqual(variants('floor', false), ['floor', 'floor', 'floor']);
  assert.deepEqual(variants('floor', true), ['floor+low', 'floor+low', 'floor+low']);
});

const BEGINNINGS = [
  // what is known, what is heard, read and read as well, and whether they are linked
  [{}, ['floor', 'floor', null, true]],
  [{ phone: ['ja-JP'] }, ['ja', 'ja', null, true]],
  [{ askedBoth: 'es', phone: ['ja'] }, ['es', 'es', null, true]],
  [{ askedRead: 'ar', phone: ['ja'] }, ['ja', 'ar', null, false]],
  [{ askedHear: 'es', phone: ['ja'] }, ['es', 'es', null, true]],
  [{ askedHear: 'floor', askedBoth: 'es' }, ['floor', 'es', null, false]],
  [{ askedHear: 'floor', askedRead: 'ja', askedBoth: 'es' }, ['floor', 'ja', null, false]],
  [{ hear: 'es', read: '', second: '', askedRead: 'ar' }, ['es', 'es', null, true]],
  [{ hear: 'es', read: null, askedRead: 'ar' }, ['es', 'es', null, true]],
  [{ hear: 'es', read: 'ja', second: 'ar', askedBoth: 'ar' }, ['es', 'ja', 'ar', false]],
  [{ hear: 'es', read: 'ja', second: 'ja' }, ['es', 'ja', null, false]],
  [{ hear: 'gone', read: 'gone', second: 'gone', phone: ['ja'] }, ['ja', 'ja', null, false]],
];

for (const [known, expected] of BEGINNINGS) {
  test(`the beginning with ${JSON.stringify(known)}`, () => {
    assert.deepEqual(ids(initialChannels(CHANNELS, { ...UNKNOWN, ...known })), expected);
  });
}

const ASKED = { askedHear: null, askedRead: null, askedBoth: 'ar', phone: ['fr'] };

test('a choice is kept, for each event apart', () => {
  const apart = { hear: es, read: ja, second: floor, linked: false };
  const chosen = { ...apart, captionsOnly: true, floorLevel: 'even', lessData: true };
  rememberChoice('talk', chosen);
  assert.deepEqual(recallChoice(CHANNELS, 'talk', ASKED), chosen);
  assert.deepEqual(ids(recallChoice(CHANNELS, 'other', ASKED)), ['ar', 'ar', null, true]);
});

test('what earlier versions of the page kept is understood', () => {
  sessionStorage.setItem('broadcaster.channel.talk', 'ja');
  localStorage.setItem('broadcaster.with-floor', 'yes');
  const choice = recallChoice(CHANNELS, 'talk', ASKED);
  assert.deepEqual(choice, { ...CHOICE, hear: ja, read: ja, floorLevel: 'quiet' });
});

/** Screens of a hall and the stage monitor: settings, what is shown, and when a page loads itself again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { airOf, clockTime, countdownOf, needsPause } from '../../listener_web/monitor/monitor-state.js';
import { DAY_MS, Night, QUIET_MS } from '../../listener_web/screen/night.js';
import { MOST_SHOWN, joined } from '../../listener_web/screen/screen-announcements.js';
import { screenId, settingsOf, withDesk } from '../../listener_web/screen/screen-settings.js';

const settings = (query) => settingsOf(new URLSearchParams(query));

test('an address without settings is a whole screen of the original', () => {
  const own = settings('');
  assert.deepEqual(own.languages, ['floor']);
  assert.deepEqual([own.lines, own.size, own.theme, own.qr, own.clearS], [6, 5, 'dark', 'top-end', 0]);
});

test('an overlay has two centred lines that leave, and no code', () => {
  const own = settings('background=transparent&lang=es');
  assert.deepEqual([own.lines, own.align, own.qr, own.clearS, own.transparent], [2, 'center', 'off', 8, true]);
  assert.equal(settings('background=transparent&qr=bottom-start').qr, 'bottom-start');
});

test('what an address cannot mean is brought into bounds', () => {
  const own = settings('lang=es,ar,ja,es&size=99&lines=-3&safe=&theme=pink&clear=x');
  assert.deepEqual(own.languages, ['es', 'ar']);
  assert.deepEqual([own.size, own.lines, own.safe, own.theme, own.clearS], [15, 1, 5, 'dark', 0]);
});

test('the desk goes before the address, and leaves it what it has not set', () => {
  const own = settings('lang=es&size=4');
  const open = { languages: null, size: null, lines: null, blank: null };
  assert.deepEqual(withDesk(own, open), own);
  const set = withDesk(own, { ...open, languages: ['ar'], blank: true });
  assert.deepEqual([set.languages, set.size, set.blank], [['ar'], 4, true]);
});

test('a screen keeps its id by its name, or with its tab', () => {
  const kept = new Map();
  const storage = { recall: (key) => kept.get(key) ?? null, remember: (key, value) => kept.set(key, value) };
  assert.equal(screenId('Hall 1, left', storage), 'hall-1-left');
  const random = screenId('', storage);
  assert.match(random, /^[0-9a-f]{12}$/);
  assert.equal(screenId('大ホール', storage), random);
  assert.equal(screenId('All', storage), random);
});

test('an announcement is shown once, in the languages of the screen, the urgent one first', () => {
  const one = (id, text, lang, urgent = false) => ({ id, version: 1, text, lang, urgent });
  const spanish = [one('b', 'Salgan', 'es', true), one('a', 'Comida', 'es'), one('c', 'Bus', '')];
  const arabic = [one('b', 'اخرجوا', 'ar', true), one('a', 'الغداء', 'ar'), one('c', 'Bus', '')];
  const shown = joined([spanish, arabic]);
  assert.equal(shown.length, MOST_SHOWN);
  assert.deepEqual(shown.map(({ id }) => id), ['b', 'a']);
  assert.deepEqual(shown[1]?.texts.map(({ text }) => text), ['Comida', 'الغداء']);
  assert.deepEqual(joined([[one('c', 'Bus', '')], [one('c', 'Bus', '')]])[0]?.texts.length, 1);
});

test('a page loads itself again once a day in a pause, and soon after the server was changed', () => {
  const night = new Night(0);
  assert.equal(night.isDue(DAY_MS - 1), false);
  assert.equal(night.isDue(DAY_MS), true);
  night.heard(DAY_MS - 1_000);
  assert.equal(night.isDue(DAY_MS), false);
  assert.equal(night.isDue(DAY_MS + QUIET_MS), true);
  const updated = new Night(0);
  updated.serves('a');
  updated.serves('a');
  assert.equal(updated.isDue(60_000), false);
  updated.serves('b');
  updated.heard(60_000);
  assert.equal(updated.isDue(61_000), false);
  assert.equal(updated.isDue(65_000), true);
});

test('the monitor says whether the speaker is heard', () => {
  const told = (state, floor) => airOf({ state, floor })[0];
  assert.equal(told('live', 'speaking'), 'monitorOnAir');
  assert.equal(told('live', 'silent'), 'monitorOnAir');
  assert.equal(told('live', 'absent'), 'monitorNoSound');
  assert.equal(told('paused', 'speaking'), 'monitorOffAir');
  assert.equal(told('open', 'speaking'), 'monitorNotYet');
  assert.equal(told('closed', 'absent'), 'monitorOver');
});

test('the time that counts is that to the start, then what is left, then what is too much', () => {
  const at = '2026-11-28T12:00:00Z';
  const atMs = Date.parse(at);
  const event = { state: 'open', starts_at: at, ends_at: at };
  assert.deepEqual(countdownOf(event, atMs - 65_000), { key: 'monitorStartsIn', seconds: 65 });
  assert.equal(countdownOf(event, atMs + 1), null);
  const live = { ...event, state: 'live' };
  assert.deepEqual(countdownOf(live, atMs - 1_500), { key: 'monitorLeft', seconds: 2 });
  assert.deepEqual(countdownOf(live, atMs + 90_000), { key: 'monitorOvertime', seconds: 90 });
  assert.equal(countdownOf({ ...live, ends_at: null }, atMs), null);
  assert.deepEqual([5, 65, 3_600, 3_905].map(clockTime), ['0:05', '1:05', '1:00:00', '1:05:05']);
});

test('a pause is asked for only while somebody is live', () => {
  assert.equal(needsPause({ state: 'live', lag_s: 8 }, 8), true);
  assert.equal(needsPause({ state: 'live', lag_s: 7 }, 8), false);
  assert.equal(needsPause({ state: 'live', lag_s: null }, 8), false);
  assert.equal(needsPause({ state: 'paused', lag_s: 20 }, 8), false);
});
